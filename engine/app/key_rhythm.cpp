#include "app/key_rhythm.hpp"

#include <chrono>

namespace sluice::app {
namespace {

constexpr std::chrono::hours kAskEvery{12};
constexpr std::chrono::seconds kAskAgainAfter{10};

}  // namespace

void KeyRhythm::miss(const channel::ChannelAccount& account) {
    missed_.insert({account.channel(), account.name()});
}

bool KeyRhythm::take(
    const channel::ChannelAccount& account, const channel::Adapter& adapter, Time now
) {
    if (!adapter.shows_keys) {
        return false;
    }
    const Address address{account.channel(), account.name()};
    const auto last = asked_.find(address);
    const auto wait = missed_.contains(address) ? kAskAgainAfter : std::chrono::seconds(kAskEvery);
    if (last != asked_.end() && now - last->second < wait) {
        return false;
    }
    asked_.insert_or_assign(address, now);
    missed_.erase(address);
    return true;
}

}  // namespace sluice::app
