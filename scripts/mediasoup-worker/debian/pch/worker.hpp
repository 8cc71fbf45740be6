// Precompiled once for all sources: halves the build.
#include "common.hpp"
#include "Channel/ChannelNotification.hpp"
#include "Channel/ChannelNotifier.hpp"
#include "Channel/ChannelRequest.hpp"
#include "Logger.hpp"
#include "MediaSoupErrors.hpp"
#include "Utils.hpp"
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>
