#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "payment/operation.hpp"

namespace sluice::channel {

using TextMap = std::map<std::string, std::string, std::less<>>;
using SecretMap = std::map<std::string, Secret<std::string>, std::less<>>;

/// How long a channel may take. Each but `connect` is for a whole exchange, connecting included.
struct ChannelTimeouts {
    std::chrono::milliseconds connect{3'000};
    std::chrono::milliseconds collect{10'000};
    std::chrono::milliseconds query{6'000};
    std::chrono::milliseconds close{10'000};
    std::chrono::milliseconds refund{10'000};
    std::chrono::milliseconds refund_query{6'000};
    std::chrono::milliseconds payout{10'000};
    std::chrono::milliseconds payout_query{6'000};

    [[nodiscard]] std::chrono::milliseconds of(payment::Operation operation) const;
    friend bool operator==(const ChannelTimeouts&, const ChannelTimeouts&) = default;
};

/// `draft` is not there for anybody but who configures it; `live` takes new money; `paused` and
/// `retired` finish what they began: they ask, close, give back and read notices. Only `retired`
/// is for ever.
enum class AccountState { draft, live, paused, retired };
[[nodiscard]] std::string_view to_string(AccountState state);
Result<AccountState> parse_account_state(std::string_view text);

/// What routing may know of an account. Amounts in minor units.
struct AccountRouting {
    std::string method;  ///< what payers call it; empty: the channel's name
    std::int64_t cost_basis_points = 0;
    std::int64_t amount_min = 1;
    std::int64_t amount_max = 5'000'000;

    friend bool operator==(const AccountRouting&, const AccountRouting&) = default;
};

}  // namespace sluice::channel
