#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::bench {

/// What the load generator was asked to do.
struct LoadPlan {
    std::uint16_t port = 0;
    std::string path = "/v1/payments";
    std::size_t clients = 1;
    std::chrono::seconds duration{10};
    std::chrono::seconds warmup{2};
    std::uint64_t requests_max = 0;  ///< 0: until the time is over
    std::string tag = "b";           ///< makes the numbers of this run its own
    std::string success = "\"status\":\"succeeded\"";
    std::vector<std::string> headers;
    std::string body;                  ///< with {{number}} and {{object}}
    std::vector<std::string> objects;  ///< ids of accounts or payments, used in turn
};

/// Reads "--name value" pairs; prints what is wrong and gives nothing when they cannot be used.
[[nodiscard]] std::optional<LoadPlan> parse_plan(const std::vector<std::string>& arguments);

/// The bytes of request number `n`.
[[nodiscard]] std::string render_request(const LoadPlan& plan, std::uint64_t n);

}  // namespace sluice::bench
