#include "app/adapter_reload.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "app/channel_wiring.hpp"

namespace sluice::app {
namespace {

using channel::Adapter;
using channel::AdapterPtr;
using channel::Registry;
using gateway::AdapterChange;

constexpr std::array kOperations{
    channel::Operation::collect,
    channel::Operation::query,
    channel::Operation::close,
    channel::Operation::refund,
    channel::Operation::refund_query,
    channel::Operation::payout,
    channel::Operation::payout_query,
};

/// The first text of `before` that `after` has not; "" when it has all.
std::string missing(
    std::string_view what,
    const std::vector<std::string>& before,
    const std::vector<std::string>& after
) {
    for (const std::string& each : before) {
        if (std::ranges::find(after, each) == after.end()) {
            return std::string(what) + " '" + each + "'";
        }
    }
    return {};
}

struct Amounts {
    std::int64_t min = 0;
    std::int64_t max = 0;
};

std::string narrowed(std::string_view what, Amounts before, Amounts after) {
    if (after.min <= before.min && after.max >= before.max) {
        return {};
    }
    return std::string(what) + " from " + std::to_string(before.min) + " to " +
           std::to_string(before.max);
}

std::string lost_payouts(const Adapter& before, const Adapter& after) {
    const auto& had = before.capabilities.payout;
    const auto& has = after.capabilities.payout;
    if (!had || !has) {
        return {};
    }
    std::string lost = missing("the method of payouts", had->methods, has->methods);
    return !lost.empty() ? lost
                         : narrowed(
                               "payouts",
                               {had->amount_min_minor, had->amount_max_minor},
                               {has->amount_min_minor, has->amount_max_minor}
                           );
}

/// What money under way may still need and would not find; "" when all is there. An instruction
/// outside the capabilities is not even asked about.
std::string lost(const Adapter& before, const Adapter& after) {
    for (const channel::Operation operation : kOperations) {
        if (before.can(operation) && !after.can(operation)) {
            return "the operation " + std::string(channel::to_string(operation));
        }
    }
    const channel::Capabilities& had = before.capabilities;
    const channel::Capabilities& has = after.capabilities;
    for (std::string each :
         {missing("the scene", had.scenes, has.scenes),
          missing("the currency", had.currencies, has.currencies),
          narrowed(
              "amounts",
              {had.amount_min_minor, had.amount_max_minor},
              {has.amount_min_minor, has.amount_max_minor}
          ),
          lost_payouts(before, after)}) {
        if (!each.empty()) {
            return each;
        }
    }
    return {};
}

std::unexpected<Error> unfit(const channel::ChannelAccount& account, const std::string& why) {
    return fail(
        ErrorCode::refused,
        "adapter '" + account.channel() + "' does not fit the channel account '" + account.name() +
            "': " + why
    );
}

gateway::LoadedChannel told(const Adapter& adapter, AdapterChange change) {
    return {
        .name = adapter.name,
        .title_en = adapter.title_en,
        .title_zh = adapter.title_zh,
        .digest = adapter.digest,
        .change = change,
    };
}

}  // namespace

Result<std::vector<AdapterPtr>> read_adapters_again(
    const std::filesystem::path& channels, const Registry& before
) {
    SLUICE_ASSIGN(const auto folders, read_adapters(channels));
    std::vector<AdapterPtr> adapters;
    for (const channel::AdapterFiles& files : folders) {
        AdapterPtr known = before.find_adapter(files.name);
        if (known == nullptr || known->digest != channel::digest_of(files)) {
            SLUICE_ASSIGN(known, channel::make_adapter(files));
        }
        adapters.push_back(std::move(known));
    }
    return adapters;
}

Result<void> check_succession(const Registry& before, const Registry& after) {
    for (const channel::ChannelAccount* account : before.accounts()) {
        const auto* next = after.find_account({account->channel(), account->name()});
        if (next == nullptr) {
            return unfit(*account, "the account would be gone");
        }
        if (next->merchant() != account->merchant()) {
            return unfit(
                *account,
                "its merchant would be '" + next->merchant() + "', wanted '" + account->merchant() +
                    "' as before"
            );
        }
        const std::string missing_now =
            lost(*before.find_adapter(account->channel()), *after.find_adapter(account->channel()));
        if (!missing_now.empty()) {
            return unfit(
                *account, missing_now + " would be gone, which money under way may still need"
            );
        }
    }
    return {};
}

std::vector<gateway::LoadedChannel> changes_between(const Registry& before, const Registry& after) {
    std::vector<gateway::LoadedChannel> list;
    for (const AdapterPtr& adapter : after.adapters()) {
        const AdapterPtr earlier = before.find_adapter(adapter->name);
        const AdapterChange change = earlier == nullptr   ? AdapterChange::added
                                     : earlier == adapter ? AdapterChange::unchanged
                                                          : AdapterChange::changed;
        list.push_back(told(*adapter, change));
    }
    for (const AdapterPtr& adapter : before.adapters()) {
        if (after.find_adapter(adapter->name) == nullptr) {
            list.push_back(told(*adapter, AdapterChange::removed));
        }
    }
    std::ranges::sort(list, {}, &gateway::LoadedChannel::name);
    return list;
}

}  // namespace sluice::app
