#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/value.hpp"
#include "http/message.hpp"
#include "simulator/api_error.hpp"

namespace sluice::simulator {

/// What every control under /sim/ answers with: JSON, {"code","message"} for a refusal.
[[nodiscard]] http::Response json_answer(int status, const Value& body);
[[nodiscard]] http::Response control_refusal(const ApiError& error);
[[nodiscard]] http::Response bad_request(std::string message);
[[nodiscard]] http::Response no_such_control();

/// The query parameter `limit`; 1000 when it is absent or no number.
[[nodiscard]] std::size_t row_limit(const http::Request& request);
/// A member from 0 to `most`; nullopt when something else stands there, `fallback` for nothing.
struct NumberRule {
    std::string_view name;
    std::int64_t fallback = 0;
    std::int64_t most = 3'600'000;
};
[[nodiscard]] std::optional<std::int64_t> number_in(const Value& body, const NumberRule& rule);
/// What one control moves at most, in fen.
inline constexpr std::int64_t kMoneyMax = 1'000'000'000'000;

inline constexpr const char* kTruthWanted =
    "'kind' must be resend, forged, wrong_amount, wrong_currency, wrong_merchant, wrong_number or "
    "bad_signature";

}  // namespace sluice::simulator
