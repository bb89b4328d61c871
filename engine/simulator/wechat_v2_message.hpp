#pragma once

#include <expected>
#include <string>
#include <vector>

#include "channel/crypto.hpp"
#include "http/message.hpp"
#include "simulator/api_error.hpp"
#include "simulator/platform_signature.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// A request of API v2 whose sign was good.
struct V2Call {
    const Merchant* merchant = nullptr;
    channel::KeyedSign sign = channel::KeyedSign::md5;  ///< answers have the same
    Value told;                                         ///< texts
};

/// Checks, in this order: POST, a flat record of XML, a known merchant with an APIv2 key,
/// nonce_str, sign_type (MD5 when it is absent), sign. The error is what return_msg says.
std::expected<V2Call, std::string> read_v2_request(
    const http::Request& request, const MerchantDirectory& merchants
);

/// How answers to one call end: `recall` says whether to reverse again, and only then is there.
enum class Recalls { no, yes };

/// Nothing is signed, and what became of the request is not said.
[[nodiscard]] http::Response v2_not_heard(std::string_view return_msg);
/// Signed, with `members` (texts) beside what every answer has. HTTP 200, as always.
[[nodiscard]] http::Response v2_answer(
    World& world, const V2Call& call, Value members, SignatureQuality quality
);
/// A refusal in v2's own words, signed; of a server error but SYSTEM_ERROR its HTTP status alone.
[[nodiscard]] http::Response v2_refusal(
    World& world, const V2Call& call, const ApiError& error, Recalls recalls
);

}  // namespace sluice::simulator
