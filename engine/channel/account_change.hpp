#pragma once

#include "channel/capabilities.hpp"
#include "channel/credentials.hpp"
#include "channel/form.hpp"
#include "core/result.hpp"

namespace sluice::channel {

/// An account as it shall be, and as it was; `before` is nullptr for a new one.
struct WantedAccount {
    const ChannelAccount& wanted;
    const ChannelAccountSettings* before = nullptr;
    const Form& form;
};

/// What is asked of an account when people configure it, beyond what every stored one has to be: a
/// text or secret with a pattern matches it, a field with choices says one of them, what a field
/// needs beside it is there, and, once it was no draft any more, neither the merchant nor a fixed
/// field becomes another: money under way may still need what it began with. `invalid` names the
/// field in message and context. Pure.
Result<void> check_change(const WantedAccount& account);

/// Whether "no such order" is believed, as the account says or else its adapter, no sooner than the
/// longest request that moves money can be under way: one that a node sent, before the next owner
/// of its payment asks, may still arrive so long. `invalid` in the words of check_change. Pure.
Result<void> check_not_found_after(const ChannelAccountSettings& wanted, const Capabilities& can);

}  // namespace sluice::channel
