#pragma once

#include "core/clock.hpp"
#include "http/message.hpp"
#include "simulator/api_error.hpp"
#include "simulator/merchant.hpp"
#include "simulator/platform_keys.hpp"

namespace sluice::simulator {

/// Which of the platform's two names signs an answer: chosen by the request's Wechatpay-Serial.
enum class SigningName { public_key, certificate };

struct AuthenticatedRequest {
    const Merchant* merchant = nullptr;
    SigningName signing_name = SigningName::certificate;
    std::string key_serial = {};  ///< of the platform's key that it names; empty: none
};

/// Checks, in this order: User-Agent, Accept and Content-Type (400), form of Authorization, its
/// scheme, known merchant, time within five minutes, serial, signature over the exact bytes (401
/// SIGN_ERROR), then Wechatpay-Serial (400).
ApiResult<AuthenticatedRequest> authenticate(
    const http::Request& request,
    const MerchantDirectory& merchants,
    const PlatformIdentity& platform,
    const PlatformKeys& keys,
    Time now
);

}  // namespace sluice::simulator
