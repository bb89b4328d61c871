#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "channel/adapter.hpp"
#include "channel/credentials.hpp"
#include "core/clock.hpp"

namespace sluice::app {

/// When a channel is asked which keys it signs with: at once for an account that was never asked
/// for, then every twelve hours, and ten seconds after the last question where a message named a
/// key that the account lacks. A question counts however it ended, so what fails waits as long. It
/// is told the time, and asks nobody.
class KeyRhythm {
  public:
    /// A message named a key that the account does not have.
    void miss(const channel::ChannelAccount& account);

    /// Whether the account is to be asked for now; then it counts as asked, and what it missed so
    /// far as answered. Never for an adapter that shows no keys.
    [[nodiscard]] bool take(
        const channel::ChannelAccount& account, const channel::Adapter& adapter, Time now
    );

  private:
    using Address = std::pair<std::string, std::string>;  ///< channel, account

    std::map<Address, Time> asked_;
    std::set<Address> missed_;
};

}  // namespace sluice::app
