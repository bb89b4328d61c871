#include "channel/account_terms.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::channel {
namespace {

constexpr std::array<std::pair<std::string_view, AccountState>, 4> kStates{{
    {"draft", AccountState::draft},
    {"live", AccountState::live},
    {"paused", AccountState::paused},
    {"retired", AccountState::retired},
}};

}  // namespace

std::string_view to_string(AccountState state) {
    return kStates[static_cast<std::size_t>(state)].first;
}

Result<AccountState> parse_account_state(std::string_view text) {
    const auto* found = std::ranges::find(kStates, text, [](const auto& row) { return row.first; });
    if (found == kStates.end()) {
        return fail(
            ErrorCode::invalid,
            "the state is '" + std::string(text) + "', wanted draft, live, paused or retired"
        );
    }
    return found->second;
}

std::chrono::milliseconds ChannelTimeouts::of(payment::Operation operation) const {
    using payment::Operation;
    switch (operation) {
        case Operation::query:
            return query;
        case Operation::close:
            return close;
        case Operation::refund:
            return refund;
        case Operation::refund_query:
            return refund_query;
        case Operation::payout:
            return payout;
        case Operation::payout_query:
            return payout_query;
        case Operation::collect:
            break;
    }
    return collect;
}

}  // namespace sluice::channel
