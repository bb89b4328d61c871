#pragma once

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

}  // namespace sluice::channel
