// The part of libsrtp 3's interface that mediasoup-worker calls, on top of the libsrtp 2 that Debian has.
#pragma once

// Version 2 calls its policy structure what version 3 calls its policy handle.
#define srtp_policy_t srtp_v2_policy
#include <srtp2/srtp.h>
#undef srtp_policy_t

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

// Status codes that only version 3 knows; version 2 never answers them.
#define srtp_err_status_buffer_small static_cast<srtp_err_status_t>(28)
#define srtp_err_status_cryptex_err static_cast<srtp_err_status_t>(29)

struct SrtpPolicy
{
	srtp_v2_policy v2{};
	uint8_t key[SRTP_MAX_KEY_LEN]{};
};
using srtp_policy_t = SrtpPolicy*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy)
{
	*policy = new (std::nothrow) SrtpPolicy();
	return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->v2.ssrc = ssrc;
	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
	const auto status = srtp_crypto_policy_set_from_profile_for_rtp(&policy->v2.rtp, profile);
	return status ? status : srtp_crypto_policy_set_from_profile_for_rtcp(&policy->v2.rtcp, profile);
}

// Version 2 wants key and salt in one buffer, and copies it in srtp_create(). There is one key: no identifier.
inline srtp_err_status_t srtp_policy_add_key(
  srtp_policy_t policy,
  const uint8_t* key,
  size_t keyLength,
  const uint8_t* salt,
  size_t saltLength,
  const uint8_t* /*identifier*/,
  size_t /*identifierLength*/)
{
	if (keyLength + saltLength > sizeof(policy->key))
	{
		return srtp_err_status_bad_param;
	}
	std::memcpy(policy->key, key, keyLength);
	std::memcpy(policy->key + keyLength, salt, saltLength);
	policy->v2.key = policy->key;
	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allow)
{
	policy->v2.allow_repeat_tx = allow;
	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, size_t size)
{
	policy->v2.window_size = size;
	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
	return srtp_create(session, static_cast<const srtp_v2_policy*>(&policy->v2));
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

// Version 3 reads one buffer and writes another; version 2 works in place, so the input is copied first.
using SrtpInPlace = srtp_err_status_t (*)(srtp_t, void*, int*);

inline srtp_err_status_t srtpBuffered(
  SrtpInPlace transform, srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength)
{
	if (*outLength < inLength)
	{
		return srtp_err_status_buffer_small;
	}
	if (out != in)
	{
		std::memcpy(out, in, inLength);
	}
	int length        = static_cast<int>(inLength);
	const auto status = transform(session, out, &length);
	if (!status)
	{
		*outLength = static_cast<size_t>(length);
	}
	return status;
}

inline srtp_err_status_t srtp_protect(
  srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength, size_t /*keyIndex*/)
{
	return srtpBuffered(static_cast<SrtpInPlace>(&srtp_protect), session, in, inLength, out, outLength);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength)
{
	return srtpBuffered(static_cast<SrtpInPlace>(&srtp_unprotect), session, in, inLength, out, outLength);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength, size_t /*keyIndex*/)
{
	return srtpBuffered(static_cast<SrtpInPlace>(&srtp_protect_rtcp), session, in, inLength, out, outLength);
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength)
{
	return srtpBuffered(static_cast<SrtpInPlace>(&srtp_unprotect_rtcp), session, in, inLength, out, outLength);
}
