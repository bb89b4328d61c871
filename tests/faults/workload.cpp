#include "faults/workload.hpp"

#include <stdexcept>

#include "faults/merchants.hpp"
#include "faults/mover.hpp"
#include "faults/order_caller.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

constexpr std::size_t kCards = 2;
constexpr std::size_t kBalances = 3;
/// So much that no card runs out, and so little that balances do now and then.
constexpr std::int64_t kOnACard = 100'000'000;
constexpr std::int64_t kFirstTopUp = 400'000;

}  // namespace

Workload::Home::Home(Cluster& cluster, std::string_view merchant, Api& simulator, Notebook& notes)
    : direct(cluster.url(), merchant_key(merchant)),
      api(direct),
      town{
          .merchant = std::string(merchant),
          .cluster = cluster,
          .api = api,
          .simulator = simulator,
          .notes = notes
      } {
    town.yuan = open_purse("CNY");
    town.dollars = open_purse("USD");
    town.available = open_account("merchant_available", "", "CNY");
}

Purse Workload::Home::open_purse(const std::string& currency) {
    Purse purse{.currency = currency, .cards = {}, .balances = {}};
    for (std::size_t i = 0; i < kCards; ++i) {
        const std::string owner = "card-" + currency + std::to_string(i);
        purse.cards.push_back(open_account("prepaid_card", owner, currency));
    }
    for (std::size_t i = 0; i < kBalances; ++i) {
        const std::string owner = "payer-" + currency + std::to_string(i);
        purse.balances.push_back(open_account("balance", owner, currency));
    }
    return purse;
}

std::string Workload::Home::open_account(
    const std::string& kind, const std::string& owner, const std::string& currency
) {
    Value body(ValueObject{{"kind", kind}, {"currency", currency}});
    if (!owner.empty()) {
        body.set("owner_number", owner);
    }
    const Reply opened = api.post("/v1/accounts", body);
    const std::string id = opened.text("id");
    const std::int64_t amount = kind == "prepaid_card" ? kOnACard : kFirstTopUp;
    const Value top_up(ValueObject{
        {"top_up_number", "first-" + kind + owner}, {"amount", amount}, {"currency", currency}
    });
    if (id.empty() || api.post("/v1/accounts/" + id + "/top_ups", top_up).status != 201) {
        throw std::runtime_error("opening a " + kind + ": " + opened.why);
    }
    town.notes.add(
        id,
        AccountTold{.kind = kind, .put_in = amount, .merchant = town.merchant, .currency = currency}
    );
    return id;
}

Workload::Workload(Cluster& cluster, const Options& options)
    : cluster_(cluster), options_(options), simulator_(cluster.psp().url(), "") {
    for (const std::string_view merchant : kMerchants) {
        homes_.push_back(std::make_unique<Home>(cluster, merchant, simulator_, notes_));
    }
    for (const auto& home : homes_) {
        for (const auto& other : homes_) {
            if (home != other) {
                home->town.strangers.push_back(other->town.yuan.balances.front());
            }
        }
    }
}

Workload::~Workload() { stop(); }

std::size_t Workload::sent_again() const {
    std::size_t sum = 0;
    for (const auto& home : homes_) {
        sum += home->api.sent_again();
    }
    return sum;
}

void Workload::start() {
    clerk_.emplace(cluster_, notes_);
    for (std::size_t i = 0; i < options_.callers_each * homes_.size(); ++i) {
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
    Town& town = homes_.at(caller % homes_.size())->town;
    const std::string name = "w" + std::to_string(caller / homes_.size()) + "-";
    for (int turn = 0; !stopping_ && !notes_.has_complaints(); ++turn) {
        const std::string number = name + std::to_string(turn);
        const Wish wish = wishes.next();
        if (const auto* order = std::get_if<OrderWish>(&wish)) {
            OrderCaller(town, number, *order).perform();
        } else {
            Mover(town, number).perform(std::get<MoveWish>(wish));
        }
    }
}

}  // namespace sluice::testing
