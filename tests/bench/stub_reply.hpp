#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::bench {

/// The raw JSON value of a member, found by its name without parsing: `"x"`, `12`; `null` when it
/// is not there. Enough for the flat bodies that the stub adapter sends.
[[nodiscard]] std::string_view raw_member(std::string_view body, std::string_view name);

/// The whole HTTP response that repeats number, amount, currency and merchant of the request with
/// the given status ("succeeded", "pending").
[[nodiscard]] std::string stub_reply(
    std::string_view request_body, std::string_view status, std::uint64_t reference
);

}  // namespace sluice::bench
