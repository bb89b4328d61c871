#include "db/round_world.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include "ledger/ledger_store.hpp"
#include "support/sound_health.hpp"

namespace sluice::testing {
namespace {

constexpr Bucket kBucket{3};

template <class Value>
Value must(Result<Value> result) {
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
    return std::move(*result);
}

}  // namespace

Result<void> take_to_end(worker::Round& round, std::vector<worker::Input> inputs) {
    auto done = round.take(std::move(inputs));
    if (done) {
        done = round.drain();
    }
    if (!done) {
        round.abandon(done.error());
    }
    return done;
}

RoundWorld::RoundWorld(worker::BatchLimits limits)
    : release(must(script::load_release(SLUICE_SOURCE_DIR))),
      owner(database.connect()),
      connection(database.connect({.statement_timeout = {}, .role = "sluice_app"})),
      runs(release),
      policies(must(decision::Policies::create(release, candidates()))),
      services{
          .clock = &clock,
          .send = [this](channel::ExchangeOrder order) { sent.push_back(std::move(order)); },
          .terms = [](const flow::ChannelAddress&) -> std::optional<flow::ChannelTerms> {
              flow::ChannelTerms terms{"1900000109", true, std::chrono::seconds(60)};
              terms.pays_out = true;
              return terms;
          },
          .resend = [](const payment::Instruction&,
                       payment::Operation) { return channel::Resend::query_first; },
          .alarm = [this](
                       std::string_view event, const std::string& text
                   ) { alarms.push_back(std::string(event) + " " + text); }
      },
      round({connection, runs, waiters, *policies, batch, services, limits}) {
    worker::RunStore store(connection);
    if (auto saved = store.save_release(release->id, worker::release_to_json(*release)); !saved) {
        throw std::runtime_error(saved.error().message);
    }
}

Value RoundWorld::candidates() {
    Value account;
    account.set("name", "wx-main");
    account.set("channel", "wechatpay");
    account.set("merchant_id", "");
    account.set("method", "wechatpay");
    account.set("scenes", Value(ValueArray{Value("qr")}));
    account.set("amount_min", Money{1, cny()});
    account.set("amount_max", Money{5'000'000, cny()});
    account.set("cost_basis_points", 60);
    account.set("payout_methods", Value(ValueArray{Value("bank_card")}));
    account.set("health", sluice::testing::sound_health());
    return Value(ValueArray{std::move(account)});
}

AccountId RoundWorld::given_card(std::int64_t amount_minor) {
    ledger::LedgerStore store(connection);
    const std::string name = "card_" + std::to_string(random.next());
    const AccountId card = must(store.open_account({
        .key = {.gl = ledger::kPrepaidCard, .owner = name, .currency = "CNY"},
        .floor_minor = 0,
        .ceil_minor = std::nullopt,
    }));
    must(store.top_up({card, Money{amount_minor, cny()}, "shop", name, clock.now()}));
    return card;
}

payment::Order RoundWorld::new_order() {
    payment::Order order;
    order.id = OrderId::generate(clock.now(), kBucket, random);
    order.merchant_id = "shop";
    order.merchant_order_number = "A-" + std::to_string(++orders_);
    order.product_code = "web";
    order.description = "an order";
    order.amount = Money{10'000, cny()};
    order.created_at = clock.now();
    order.expires_at = clock.now() + std::chrono::minutes(15);
    return order;
}

std::unique_ptr<worker::StartRun> RoundWorld::composite(
    const payment::Order& order, AccountId card
) {
    auto start = std::make_unique<worker::StartRun>();
    start->picture.order = order;
    start->order_is_new = true;
    auto& payment = start->picture.subject;
    payment.id = RunId::generate(clock.now(), kBucket, random);
    payment.order_id = order.id;
    payment.merchant_id = order.merchant_id;
    payment.flow = "pay";
    payment.amount = order.amount;
    payment::Leg from_card;
    from_card.number = 1;
    from_card.kind = payment::LegKind::internal;
    from_card.method = "prepaid_card";
    from_card.account = card;
    from_card.amount = Money{3'000, cny()};
    payment::Leg by_code;
    by_code.number = 2;
    by_code.method = "wechatpay";
    by_code.scene = "qr";
    by_code.amount = Money{7'000, cny()};
    start->picture.legs = {from_card, by_code};
    return start;
}

worker::Input RoundWorld::start_of(std::unique_ptr<worker::StartRun> start) {
    worker::Input input;
    input.kind = worker::Input::Kind::start;
    input.run_id = start->picture.subject.id;
    input.start = std::move(start);
    input.on_picture = [this](Result<payment::Picture> picture) {
        answers.push_back(std::move(picture));
    };
    return input;
}

RunId RoundWorld::begin(std::unique_ptr<worker::StartRun> start) {
    std::vector<worker::Input> inputs;
    inputs.push_back(start_of(std::move(start)));
    const RunId id = inputs.front().run_id;
    if (auto done = process(std::move(inputs)); !done) {
        throw std::runtime_error(done.error().message);
    }
    return id;
}

Result<void> RoundWorld::process(std::vector<worker::Input> inputs) {
    return take_to_end(round, std::move(inputs));
}

void RoundWorld::reopen() {
    connection = database.connect({.statement_timeout = {}, .role = "sluice_app"});
    runs.forget_all();
    runs.begin_tenure(std::array{kBucket}, Id128{1, ++tenures_});
    for (const auto& row : must(worker::RunStore(connection).live_runs({kBucket}))) {
        runs.note(row);
    }
}

std::vector<worker::Input> RoundWorld::due() {
    constexpr std::size_t kMost = 512;
    return round.take_due(kMost);
}

payment::Outcome RoundWorld::outcome(payment::OutcomeKind kind) {
    payment::Outcome outcome;
    outcome.kind = kind;
    return outcome;
}

worker::CallbackFact RoundWorld::told(const payment::Instruction& about, payment::Outcome outcome) {
    return {
        .instruction = about.id,
        .channel = about.channel,
        .channel_account = about.channel_account,
        .operation = payment::moving(about.purpose),
        .outcome = std::move(outcome),
        .evidence = {}
    };
}

payment::Outcome RoundWorld::paid() const {
    payment::Outcome outcome = RoundWorld::outcome(payment::OutcomeKind::succeeded);
    const payment::Instruction& instruction = sent.back().instruction;
    outcome.number = instruction.id.raw().to_string();
    outcome.merchant = instruction.merchant;
    outcome.amount = instruction.amount;
    return outcome;
}

worker::Input RoundWorld::answer(payment::Outcome outcome) const {
    return answer_to(sent.back(), std::move(outcome));
}

worker::Input RoundWorld::answer_to(const channel::ExchangeOrder& order, payment::Outcome outcome) {
    worker::Input input;
    input.run_id = RunId(order.run.raw());
    input.tenure = order.tenure;
    input.fact.kind = flow::Fact::Kind::outcome;
    input.fact.instruction = order.instruction.id;
    input.fact.exchange = order.ordinal;
    input.fact.operation = order.operation;
    input.fact.source = order.resent ? payment::Source::resend : payment::Source::first_send;
    input.fact.outcome = std::move(outcome);
    return input;
}

std::string RoundWorld::value(const std::string& sql) {
    const db::Rows rows = must(owner.run(sql));
    return rows.empty() ? "" : std::string(rows[0].text(0));
}

void RoundWorld::run(const std::string& sql) { must(owner.run(sql)); }

}  // namespace sluice::testing
