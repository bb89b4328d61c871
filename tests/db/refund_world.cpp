#include "db/refund_world.hpp"

#include <stdexcept>
#include <utility>

#include "ledger/ledger_store.hpp"

namespace sluice::testing {
namespace {

template <class T>
T must(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
    return *std::move(result);
}

}  // namespace

RefundWorld::RefundWorld()
    : pool_(database.conninfo(), {.connection = {.role = "sluice_app"}}),
      refunds_(gateway::make_refund_store(pool_)) {
    services.terms = [](const flow::ChannelAddress&) -> std::optional<flow::ChannelTerms> {
        flow::ChannelTerms terms{"1900000109", true, std::chrono::seconds(60)};
        terms.refunds = true;
        terms.refund_may_repeat = true;
        return terms;
    };
}

OrderId RefundWorld::given_paid(AccountId card) {
    const payment::Order order = new_order();
    begin(composite(order, card));
    answer_last(paid());
    const std::string status =
        value("SELECT status FROM sluice.orders WHERE id = '" + order.id.raw().to_uuid() + "'");
    if (status != "paid") {
        throw std::runtime_error("the order is " + status + ", wanted paid");
    }
    return order.id;
}

AccountId RefundWorld::given_balance() {
    ledger::LedgerStore store(connection);
    return must(store.open_account({
        .key =
            {.gl = ledger::kUserBalance,
             .owner = "payer_" + std::to_string(++balances_),
             .currency = "CNY"},
        .floor_minor = 0,
        .ceil_minor = std::nullopt,
    }));
}

void RefundWorld::close_account(AccountId account) {
    ledger::LedgerStore store(connection);
    if (auto closed = store.close(account); !closed) {
        throw std::runtime_error(closed.error().message);
    }
}

std::unique_ptr<worker::StartRun> RefundWorld::refund_of(
    OrderId order, std::int64_t minor, const std::string& number
) {
    auto start = std::make_unique<worker::StartRun>();
    auto& subject = start->picture.subject;
    subject.id = RunId::generate(clock.now(), order.bucket(), random);
    subject.service = payment::Service::refund;
    subject.order_id = order;
    subject.merchant_id = "shop";
    subject.number = number;
    subject.flow = "refund";
    subject.amount = Money{minor, cny()};
    start->picture.order.id = order;
    start->picture.order.merchant_id = "shop";
    start->request_hash = hash128(number + " " + std::to_string(minor));
    payment::Refund refund;
    refund.reason = "the goods came back";
    refund.sources = must(refunds_->sources({order, {}, cny()}));
    start->picture.details = std::move(refund);
    return start;
}

RunId RefundWorld::begin_refund(OrderId order, std::int64_t minor, const std::string& number) {
    return begin(refund_of(order, minor, number));
}

void RefundWorld::answer_last(payment::Outcome outcome) {
    std::vector<worker::Input> inputs;
    inputs.push_back(answer(std::move(outcome)));
    if (auto done = process(std::move(inputs)); !done) {
        throw std::runtime_error(done.error().message);
    }
}

void RefundWorld::pass_to_the_next_moment() {
    std::vector<worker::Input> inputs;
    while (inputs.empty()) {
        const auto next = round.next_due();
        if (!next) {
            throw std::runtime_error("nothing waits for a moment");
        }
        clock.advance(*next - clock.now());
        inputs = due();
    }
    if (auto done = process(std::move(inputs)); !done) {
        throw std::runtime_error(done.error().message);
    }
}

payment::Refund& RefundWorld::details(worker::StartRun& start) {
    return std::get<payment::Refund>(start.picture.details);
}

std::string RefundWorld::status_of(RunId refund) {
    return value(
        "SELECT status || CASE failure_code WHEN '' THEN '' ELSE ' ' || failure_code END "
        "FROM sluice.refund WHERE id = '" +
        refund.raw().to_uuid() + "'"
    );
}

std::string RefundWorld::refunded(OrderId order) {
    return value(
        "SELECT o.refunded || ': ' || string_agg(i.refunded::text, ' ' ORDER BY i.leg) "
        "FROM sluice.orders o JOIN sluice.payment p ON p.order_id = o.id "
        "JOIN sluice.instruction i ON i.run_id = p.id WHERE o.id = '" +
        order.raw().to_uuid() + "' GROUP BY o.refunded"
    );
}

std::string RefundWorld::booked(const std::string& gl) {
    return value(
        "SELECT coalesce(sum(-e.side * e.amount), 0)::text FROM sluice.entry e "
        "JOIN sluice.account a ON a.id = e.account_id WHERE a.gl = '" +
        gl + "'"
    );
}

}  // namespace sluice::testing
