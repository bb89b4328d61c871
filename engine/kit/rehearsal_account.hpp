#pragma once

#include <string_view>

#include "channel/credentials.hpp"
#include "channel/exchange_message.hpp"
#include "channel/form.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "kit/recorded_message.hpp"

namespace sluice::kit {

/// What the recorded messages of a channel are about: rehearsal/account.json. Its credentials are
/// good for nothing else. A plain value.
struct RehearsalAccount {
    Time now{};  ///< when the messages come
    channel::ChannelAccountSettings settings;
    /// The channel's side of it: the same settings, and the secrets of who signs what is recorded.
    channel::ChannelAccountSettings far_side;
    channel::Form far_form;
    Value instructions;  ///< by purpose: collect, refund, payout
    Value payers;        ///< who pays, by scene
};

/// `form` is the channel's. `invalid` names the first member that is unknown, missing or wrong.
Result<RehearsalAccount> parse_rehearsal_account(
    std::string_view json_text, const std::string& channel, const channel::Form& form
);

/// What is asked of the channel before it says `recorded`, which is no callback.
Result<channel::ExchangeOrder> order_of(
    const RehearsalAccount& account, const RecordedMessage& recorded
);

}  // namespace sluice::kit
