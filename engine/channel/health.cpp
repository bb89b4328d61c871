#include "channel/health.hpp"

#include <algorithm>
#include <utility>

namespace sluice::channel {
namespace {

constexpr std::int64_t kWhole = 10'000;

std::int64_t second_of(Health::SteadyTime time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

/// 1, 2, 5, 10, 20, 50 ...
std::int64_t step_ms(std::size_t step) {
    constexpr std::array<std::int64_t, 3> kDigits{1, 2, 5};
    std::int64_t power = 1;
    for (std::size_t i = 0; i < step / kDigits.size(); ++i) {
        power *= 10;
    }
    return kDigits.at(step % kDigits.size()) * power;
}

}  // namespace

std::string_view to_string(BreakerState state) {
    return state == BreakerState::open ? "open" : "closed";
}

Value to_value(const AccountHealth& health) {
    Value scenes{ValueObject{}};
    for (const auto& [name, figures] : health.scenes) {
        const auto basis_points = [&](std::int64_t count) {
            return figures.exchanges == 0 ? 0 : count * kWhole / figures.exchanges;
        };
        ValueArray codes;
        for (const std::string& code : figures.codes) {
            codes.emplace_back(code);
        }
        Value scene;
        scene.set("exchanges", figures.exchanges);
        scene.set("accepted_basis_points", basis_points(figures.accepted));
        scene.set("unanswered_basis_points", basis_points(figures.unanswered));
        scene.set("took_p95_ms", figures.took_p95_ms);
        scene.set("codes", Value(std::move(codes)));
        scenes.set(name, std::move(scene));
    }
    Value value;
    value.set("breaker", to_string(health.breaker));
    value.set("scenes", std::move(scenes));
    return value;
}

Health::Account& Health::account_of(const Address& address) {
    return accounts_[{std::string(address.channel), std::string(address.account)}];
}

const Health::Account* Health::find(const Address& address) const {
    const auto found = accounts_.find({std::string(address.channel), std::string(address.account)});
    return found == accounts_.end() ? nullptr : &found->second;
}

bool Health::may_send(const Address& address) const {
    const MutexLock lock(mutex_);
    const Account* account = find(address);
    return account == nullptr || account->breaker == BreakerState::closed;
}

bool Health::take_probe(const Address& address, SteadyTime now) {
    const MutexLock lock(mutex_);
    const Account* known = find(address);
    if (known == nullptr || known->breaker == BreakerState::closed || now < known->probe_at) {
        return false;
    }
    account_of(address).probe_at = now + rules_.probe_lost;
    return true;
}

void Health::probed(const Address& address, bool answered, SteadyTime now) {
    const MutexLock lock(mutex_);
    Account& account = account_of(address);
    if (account.breaker == BreakerState::closed) {
        return;
    }
    if (!answered) {
        open(account, now);
        return;
    }
    account.breaker = BreakerState::closed;
    // From the next second on, or the failures before would open it again.
    account.sound_at = now + std::chrono::seconds(1);
}

void Health::note(Scene& scene, const ExchangeEnd& end, std::int64_t second) {
    Second& now = scene.seconds.at(static_cast<std::size_t>(second) % kSeconds);
    if (now.number != second) {
        now = {.number = second};
    }
    now.exchanges += 1;
    now.accepted += end.accepted ? 1 : 0;
    now.unanswered += end.answered ? 0 : 1;
    if (end.answered) {
        std::size_t step = 0;
        while (step + 1 < kSteps && end.took.count() > step_ms(step)) {
            ++step;
        }
        now.took.at(step) += 1;
    }
    if (!end.accepted && !end.code.empty()) {
        std::erase(scene.codes, end.code);
        scene.codes.push_front(end.code);
        scene.codes.resize(std::min(scene.codes.size(), kCodesMax));
    }
}

/// Half of what ended lately, and enough of it, was not answered.
bool Health::is_failing(const Account& account, SteadyTime now) const {
    const std::int64_t last = second_of(now);
    const std::int64_t first =
        std::max(last - rules_.judged.count() + 1, second_of(account.sound_at));
    std::int64_t exchanges = 0;
    std::int64_t unanswered = 0;
    for (const auto& [name, scene] : account.scenes) {
        for (const Second& second : scene.seconds) {
            if (second.number >= first && second.number <= last) {
                exchanges += second.exchanges;
                unanswered += second.unanswered;
            }
        }
    }
    return exchanges >= static_cast<std::int64_t>(rules_.enough) && unanswered * 2 >= exchanges;
}

void Health::open(Account& account, SteadyTime now) const {
    account.breaker = BreakerState::open;
    account.open_for = std::clamp(account.open_for * 2, rules_.open_first, rules_.open_longest);
    account.probe_at = now + account.open_for;
}

void Health::ended(
    const Address& address, std::string_view scene, const ExchangeEnd& end, SteadyTime now
) {
    const MutexLock lock(mutex_);
    Account& account = account_of(address);
    auto found = account.scenes.find(scene);
    if (found == account.scenes.end()) {
        found = account.scenes.emplace(scene, Scene{}).first;
    }
    note(found->second, end, second_of(now));
    // What was sent before it opened says nothing new.
    if (account.breaker == BreakerState::closed && !end.answered && is_failing(account, now)) {
        account.open_for = std::chrono::seconds(0);
        open(account, now);
    }
}

SceneFigures Health::figures_of(const Scene& scene, std::int64_t second) {
    SceneFigures figures;
    std::array<std::int64_t, kSteps> took{};
    for (const Second& each : scene.seconds) {
        if (each.number > second - static_cast<std::int64_t>(kSeconds) && each.number <= second) {
            figures.exchanges += each.exchanges;
            figures.accepted += each.accepted;
            figures.unanswered += each.unanswered;
            for (std::size_t step = 0; step < kSteps; ++step) {
                took.at(step) += each.took.at(step);
            }
        }
    }
    const std::int64_t answered = figures.exchanges - figures.unanswered;
    std::int64_t below = 0;
    for (std::size_t step = 0; step < kSteps && answered > 0; ++step) {
        below += took.at(step);
        if (below * 100 >= answered * 95) {
            figures.took_p95_ms = step_ms(step);
            break;
        }
    }
    figures.codes.assign(scene.codes.begin(), scene.codes.end());
    return figures;
}

AccountHealth Health::of(const Address& address, SteadyTime now) const {
    const MutexLock lock(mutex_);
    AccountHealth health;
    const Account* account = find(address);
    if (account == nullptr) {
        return health;
    }
    health.breaker = account->breaker;
    for (const auto& [name, scene] : account->scenes) {
        if (SceneFigures figures = figures_of(scene, second_of(now)); figures.exchanges > 0) {
            health.scenes.emplace(name, std::move(figures));
        }
    }
    return health;
}

}  // namespace sluice::channel
