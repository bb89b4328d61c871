#include "faults/workload.hpp"

#include <stdexcept>

#include "faults/mover.hpp"
#include "faults/order_caller.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

constexpr std::size_t kBalances = 4;
/// Little enough to run out now and then.
constexpr std::int64_t kFirstTopUp = 400'000;

}  // namespace

Workload::Workload(Cluster& cluster, const Options& options)
    : options_(options),
      api_(cluster),
      simulator_(cluster.psp().url(), ""),
      town_{.cluster = cluster, .api = api_, .simulator = simulator_, .notes = notes_} {
    town_.cards = cluster.cards();
    for (const std::string& card : town_.cards) {
        notes_.open_account(card, "prepaid_card", cluster.options().card_amount);
    }
    for (std::size_t i = 0; i < kBalances; ++i) {
        town_.balances.push_back(open_account("balance", "payer-" + std::to_string(i)));
    }
    town_.available = open_account("merchant_available", "");
}

Workload::~Workload() { stop(); }

std::string Workload::open_account(const std::string& kind, const std::string& owner) {
    Value body(ValueObject{{"kind", kind}, {"currency", "CNY"}});
    if (!owner.empty()) {
        body.set("owner_number", owner);
    }
    const Reply opened = api_.post("/v1/accounts", body);
    const std::string id = opened.text("id");
    const Value top_up(
        ValueObject{{"top_up_number", "first-" + id}, {"amount", kFirstTopUp}, {"currency", "CNY"}}
    );
    if (id.empty() || api_.post("/v1/accounts/" + id + "/top_ups", top_up).status != 201) {
        throw std::runtime_error("opening a " + kind + ": " + opened.why);
    }
    notes_.open_account(id, kind, kFirstTopUp);
    return id;
}

void Workload::start() {
    for (std::size_t i = 0; i < options_.callers; ++i) {
        callers_.emplace_back([this, i] { run_caller(i); });
    }
}

void Workload::stop() {
    stopping_ = true;
    for (std::thread& caller : callers_) {
        caller.join();
    }
    callers_.clear();
}

bool Workload::wait_for_more(std::size_t steps) {
    const std::size_t wanted = notes_.steps() + steps;
    const bool ended =
        eventually([&] { return notes_.steps() >= wanted || notes_.has_complaints(); });
    return ended && !notes_.has_complaints();
}

void Workload::run_caller(std::size_t caller) {
    Wishes wishes(options_.seed, caller);
    for (int turn = 0; !stopping_ && !notes_.has_complaints(); ++turn) {
        const std::string number = "w" + std::to_string(caller) + "-" + std::to_string(turn);
        const Wish wish = wishes.next();
        if (const auto* order = std::get_if<OrderWish>(&wish)) {
            OrderCaller(town_, number, *order).perform();
        } else {
            Mover(town_, number).perform(std::get<MoveWish>(wish));
        }
    }
}

}  // namespace sluice::testing
