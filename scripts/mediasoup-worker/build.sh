#!/usr/bin/env bash
# Builds mediasoup-worker out of the npm package's own source with Debian's packages alone, for machines that cannot
# reach mediasoup's prebuilt downloads. About four minutes on two cores. Says how far it is: "== part", and ninja's lines.
#   build.sh MEDIASOUP_PACKAGE OUTPUT_FILE
# Ends with 3 when packages are missing and it may not install them (it needs root for that).
set -euo pipefail
package=$(realpath "$1")
output=$(realpath -m "$2")
here=$(dirname "$(realpath "$0")")
packages=(g++ make dpkg-dev meson ninja-build pkg-config python3
  libuv1-dev libssl-dev libsrtp2-dev libabsl-dev libflatbuffers-dev flatbuffers-compiler)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

count_installed() {
  dpkg-query -W -f '${db:Status-Status}\n' "${packages[@]}" 2>/dev/null | grep -c '^installed$' || true
}

install_packages() {
  if [ "$(count_installed)" -ge "${#packages[@]}" ]; then return; fi
  if [ "$(id -u)" != 0 ]; then
    echo "missing some of these packages: ${packages[*]}" >&2
    exit 3
  fi
  echo '== installing what the build needs'
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=300 update -qq
  apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
}

# The same package sources as the machine's, as deb-src, in lists of our own: the machine's stay as they are.
source_lists() {
  local file
  mkdir -p "$work/apt/parts" "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
  : >"$work/apt/sources.list"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    if [ -f "$file" ]; then sed -n 's/^deb /deb-src /p' "$file" >>"$work/apt/sources.list"; fi
  done
  for file in /etc/apt/sources.list.d/*.sources; do
    if [ -f "$file" ]; then sed 's/^Types:.*/Types: deb-src/' "$file" >"$work/apt/parts/${file##*/}"; fi
  done
}

# Debian builds libsrtp with NSS: 21 us of CPU a forwarded packet. The same source with OpenSSL takes 10.6 us.
build_libsrtp() {
  local options=(-o "Dir::Etc::SourceList=$work/apt/sources.list" -o "Dir::Etc::SourceParts=$work/apt/parts"
    -o "Dir::State::Lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache" -o APT::Sandbox::User=root -o Debug::NoLocking=1)
  local to=$work/worker/subprojects/libsrtp3/openssl
  echo '== building libsrtp'
  source_lists
  cd "$work/apt"
  apt-get "${options[@]}" update -qq
  apt-get "${options[@]}" source -qq --download-only libsrtp2
  dpkg-source -x libsrtp2_*.dsc "$work/libsrtp" >/dev/null
  cd "$work/libsrtp"
  CFLAGS='-O3 -fPIC' ./configure --enable-openssl >/dev/null
  make -s libsrtp2.a
  mkdir -p "$to/lib" "$to/include/srtp2"
  cp libsrtp2.a "$to/lib/"
  cp include/srtp.h crypto/include/*.h "$to/include/srtp2/"
}

# The package's build wants downloaded libraries linked whole; ours are Debian's, named in debian/subprojects.
adapt_source() {
  cp -r "$package/worker" "$work/worker"
  cd "$work/worker"
  rm subprojects/*.wrap
  cp -r "$here/debian/." .
  sed -i \
    -e "s/meson_version: '>= [0-9.]*'/meson_version: '>= 1.0.0'/" \
    -e "/get_variable('\(libuv\|libcrypto_lib\|libssl_lib\|libsrtp3\|flatbuffers_lib\|absl_container_lib\)'),/d" \
    -e "s/^ankerl_unordered_dense_dep = .*/ankerl_unordered_dense_dep = subproject('unordered-dense').get_variable('ankerl_unordered_dense_dep')/" \
    -e "s/^\( *\)cpp_args: cpp_args + \['-DMS_EXECUTABLE'\],/&\n\1cpp_pch: 'pch\/worker.hpp',/" \
    meson.build
  # Debian's OpenSSL has kernel TLS. The BIO callback answers 1 to every control call, from which OpenSSL concludes that
  # the kernel sends; it makes no write buffer and the first ServerHello crashes. Control calls get their own result back.
  sed -i 's/(operationType == BIO_CB_RETURN) ? /((operationType \& BIO_CB_RETURN) != 0) ? /' src/RTC/DtlsTransport.cpp
  grep -q 'operationType & BIO_CB_RETURN' src/RTC/DtlsTransport.cpp
}

compile() {
  cd "$work/worker"
  echo '== preparing'
  meson setup out . --buildtype release -Db_ndebug=true --wrap-mode=nodownload >/dev/null
  # The generated headers first: some sources include them without declaring it, and a parallel build races.
  ninja -C out --quiet fbs/FBS/worker.h
  ninja -C out mediasoup-worker
  strip out/mediasoup-worker
}

install_packages
adapt_source
(build_libsrtp) || echo 'libsrtp could not be built with OpenSSL: using the slower one of the system' >&2
compile
install -D "$work/worker/out/mediasoup-worker" "$output"
