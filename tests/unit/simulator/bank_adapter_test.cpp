#include <filesystem>

#include <gtest/gtest.h>

#include "channel/account_balance.hpp"
#include "channel/adapter_host.hpp"
#include "channel/bill_download.hpp"
#include "channel/callbacks.hpp"
#include "channel/registry.hpp"
#include "unit/simulator/bank_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using channel::Operation;

constexpr const char* kInstruction = "01KDXW2E8B5F7M9Q3T6V8X0Z2C";

/// The adapter of channels/bank against the bank itself: neither may read the protocol otherwise.
class BankAdapter : public BankTest {
  protected:
    BankAdapter() : registry_(make_registry()), host_(registry_->find_adapter("bank")) {}

    payment::Outcome exchange(Operation operation) {
        const channel::ChannelAccount& account = *registry_->find_account({"bank", "main"});
        const channel::Moment moment{clock_.now(), nonce()};
        const channel::ExchangeOrder order = order_of(operation);
        auto request = host_.build(order, account, moment);
        EXPECT_TRUE(request.has_value()) << (request ? "" : request.error().message);
        if (!request) {
            return {};
        }
        const auto answer = http::fetch(client_, *std::move(request));
        EXPECT_TRUE(answer.has_value());
        return answer ? host_.read({order, *answer}, account, moment) : payment::Outcome{};
    }

    /// Payouts of these amounts in one request: their outcomes as "pending 5000, refused
    /// RISK_REFUSED".
    std::string exchange_many(const std::vector<std::int64_t>& amounts) {
        const channel::ChannelAccount& account = *registry_->find_account({"bank", "main"});
        const channel::Moment moment{clock_.now(), nonce()};
        std::vector<channel::ExchangeOrder> orders;
        for (const std::int64_t amount : amounts) {
            channel::ExchangeOrder order = order_of(Operation::payout);
            order.instruction.id = InstructionId(Id128::parse(number_of(orders.size())).value());
            order.instruction.amount = Money(amount, cny());
            orders.push_back(std::move(order));
        }
        channel::PayoutMany many{
            .number = "01KDXW2E8B5F7M9Q3T6V8X" + std::to_string(1000 + ++nonces_)
        };
        for (const channel::ExchangeOrder& order : orders) {
            many.orders.push_back(&order);
        }
        const auto answer = http::fetch(client_, host_.build_many(many, account, moment).value());
        std::string text;
        for (const auto& outcome : host_.read_many({many, answer.value()}, account, moment)) {
            text += (text.empty() ? "" : ", ") + std::string(payment::to_string(outcome.kind));
            text += " " + (outcome.amount ? std::to_string(outcome.amount->minor()) : outcome.code);
        }
        return text;
    }
    static std::string number_of(std::size_t line) {
        return "01KDXW2E8B5F7M9Q3T6V8X0Z" + std::to_string(10 + line);
    }
    void order_line_fault(const std::string& kind, std::size_t line) {
        order_fault(
            R"({"operation":"payout","kind":")" + kind + R"(","request_number":")" +
            number_of(line) + R"("})"
        );
    }

    channel::CallbackVerdict told(std::size_t callbacks) {
        channel::Callbacks reader(registry_, clock_);
        const auto all = receiver_.wait_for(callbacks);
        EXPECT_EQ(all.size(), callbacks);
        const http::Request last = all.empty() ? http::Request{} : all.back();
        return reader.read({"bank", "main"}, {last.headers, last.body});
    }

    /// The payer of order_of() transfers; `more` are members, each after a comma.
    int pay_collection(const std::string& more = "") {
        return status_of(transfer(more, kInstruction));
    }

    channel::BillAnswer statement_of(const std::string& day) {
        const channel::ChannelAccount& account = *registry_->find_account({"bank", "main"});
        auto download =
            channel::BillDownload::make(
                {registry_->find_adapter("bank"), account, clock_}, {"statement", day}, nonce()
            )
                .value();
        std::optional<channel::BillAnswer> answer;
        while (!answer) {
            answer = download.take(http::fetch(client_, download.request()), nonce());
        }
        return *std::move(answer);
    }

    Result<channel::AccountBalance> balance_told() {
        auto question = channel::BalanceQuestion::make({registry_->find_adapter("bank"),
                                                        *registry_->find_account({"bank", "main"}),
                                                        {clock_.now(), nonce()}}
        ).value();
        return question.read(http::fetch(client_, question.request()));
    }

    std::string nonce() { return "nonceoftheadapter" + std::to_string(++nonces_); }

  private:
    channel::RegistryPtr make_registry() {
        channel::ChannelAccountSettings account;
        account.name = "main";
        account.channel = "bank";
        const std::string receiver = receiver_.url();
        account.settings = {
            {"base_url", psp_->url()},
            {"callback_base_url", receiver.substr(0, receiver.find("/callbacks/"))},
            {"account", std::string(kBankAccount)},
            {"collection_agreement", "VA20260001"}
        };
        account.secrets = {{"bank_key", Secret(std::string(kBankKey))}};
        const auto files = channel::read_adapter_folder(
            std::filesystem::path(SLUICE_SOURCE_DIR) / "channels" / "bank"
        );
        std::vector<channel::ChannelAccountSettings> accounts;
        accounts.push_back(std::move(account));
        return channel::Registry::build({files.value()}, std::move(accounts)).value();
    }

    [[nodiscard]] channel::ExchangeOrder order_of(Operation operation) const {
        channel::ExchangeOrder order;
        order.operation = operation;
        order.instruction.id = InstructionId(Id128::parse(kInstruction).value());
        order.instruction.channel = "bank";
        order.instruction.channel_account = "main";
        order.instruction.merchant = kBankAccount;
        order.instruction.amount = Money(5000, cny());
        order.instruction.created_at = clock_.now();
        order.instruction.purpose = payment::purpose_of(operation);
        if (order.instruction.purpose == payment::Purpose::payout) {
            order.instruction.payee = *payout_body().find("payee");
        } else {
            order.instruction.scene = "transfer";
            order.instruction.expires_at = clock_.now() + std::chrono::minutes(10);
        }
        return order;
    }

    channel::RegistryPtr registry_;
    channel::AdapterHost host_;
    int nonces_ = 0;
};

TEST_F(BankAdapter, PaysOutAndIsToldTheEnd) {
    EXPECT_EQ(exchange(Operation::payout_query).kind, payment::OutcomeKind::not_found);

    const payment::Outcome accepted = exchange(Operation::payout);
    const payment::Outcome known = exchange(Operation::payout_query);
    const channel::CallbackVerdict verdict = told(1);

    EXPECT_EQ(accepted.kind, payment::OutcomeKind::pending) << accepted.code;
    EXPECT_EQ(known.kind, payment::OutcomeKind::succeeded) << known.code;
    EXPECT_EQ(known.amount, Money(5000, cny()));
    EXPECT_EQ(verdict.answer.status, 204);
    EXPECT_EQ(verdict.operation, Operation::payout);
    EXPECT_EQ(verdict.outcome.kind, payment::OutcomeKind::succeeded);
}

TEST_F(BankAdapter, SendsTheSamePayoutAgainWithoutPayingTwice) {
    ASSERT_EQ(exchange(Operation::payout).kind, payment::OutcomeKind::pending);

    EXPECT_EQ(exchange(Operation::payout).kind, payment::OutcomeKind::succeeded);

    EXPECT_EQ(account_row().int_or("paid", 0), 5000);
}

TEST_F(BankAdapter, LearnsOfAReturnByQueryAndCallback) {
    ASSERT_EQ(exchange(Operation::payout).kind, payment::OutcomeKind::pending);
    ASSERT_EQ(told(1).outcome.kind, payment::OutcomeKind::succeeded);
    ASSERT_EQ(status_of(advance("returned", kInstruction)), 200);

    EXPECT_EQ(exchange(Operation::payout_query).kind, payment::OutcomeKind::returned);
    EXPECT_EQ(told(2).outcome.kind, payment::OutcomeKind::returned);
}

TEST_F(BankAdapter, ReadsEveryFaultAsItIs) {
    struct Row {
        const char* fault;
        payment::OutcomeKind kind;
    };
    const std::vector<Row> rows{
        {"refused", payment::OutcomeKind::refused},
        {"status_5xx", payment::OutcomeKind::unknown},
        {"garbage", payment::OutcomeKind::unknown},
        {"bad_signature", payment::OutcomeKind::unknown},
        {"status_5xx_after", payment::OutcomeKind::unknown},
    };
    for (const Row& row : rows) {
        order_fault(R"({"operation":"payout","kind":")" + std::string(row.fault) + R"("})");
        EXPECT_EQ(exchange(Operation::payout).kind, row.kind) << row.fault;
    }
}

TEST_F(BankAdapter, PaysManyInOneRequest) {
    EXPECT_EQ(exchange_many({5000, 7000, 100}), "pending 5000, pending 7000, pending 100");
    EXPECT_EQ(exchange_many({5000, 7000, 100}), "succeeded 5000, succeeded 7000, succeeded 100");

    EXPECT_EQ(account_row().int_or("paid", 0), 12'100);
}

TEST_F(BankAdapter, ReadsEachLineOfManyAsItIs) {
    order_line_fault("drop_after", 1);
    order_line_fault("status_5xx", 2);
    order_line_fault("garbage", 3);
    order_line_fault("wrong_number", 4);
    order_line_fault("wrong_amount", 5);
    order_line_fault("refused", 6);

    EXPECT_EQ(
        exchange_many({1, 2, 3, 4, 5, 6, 7, 30'001}),
        "unknown twice_in_answer, unknown not_in_answer, unknown SYSTEM_ERROR, "
        "unknown not_in_answer, unknown not_in_answer, pending 7, refused RISK_REFUSED, "
        "refused SINGLE_LIMIT_EXCEEDED"
    ) << "the wrong number is that of the first line, of which nothing is believed then";
}

TEST_F(BankAdapter, ReadsEveryFaultOfManyAsItIs) {
    struct Row {
        const char* fault;
        const char* outcomes;
    };
    const std::vector<Row> rows{
        {"refused", "refused RISK_REFUSED, refused RISK_REFUSED"},
        {"status_5xx", "unknown SYSTEM_ERROR, unknown SYSTEM_ERROR"},
        {"garbage", "unknown SIGNATURE_MISSING, unknown SIGNATURE_MISSING"},
        {"bad_signature", "unknown SIGNATURE_INVALID, unknown SIGNATURE_INVALID"},
        {"wrong_number", "unknown ANOTHER_BATCH, unknown ANOTHER_BATCH"},
        {"wrong_merchant", "unknown ANOTHER_BATCH, unknown ANOTHER_BATCH"},
        {"duplicate", "unknown twice_in_answer, succeeded 2"},
        {"status_5xx_after", "unknown SYSTEM_ERROR, unknown SYSTEM_ERROR"},
    };
    for (const Row& row : rows) {
        order_fault(R"({"operation":"payout_batch","kind":")" + std::string(row.fault) + R"("})");
        EXPECT_EQ(exchange_many({1, 2}), row.outcomes) << row.fault;
    }
    EXPECT_EQ(account_row().int_or("paid", 0), 3);
}

TEST_F(BankAdapter, PaysAsManyAsTheBankTakes) {
    EXPECT_EQ(exchange_many(std::vector<std::int64_t>(90, 1)).find("unknown"), std::string::npos);

    EXPECT_EQ(account_row().int_or("paid", 0), 90);
}

TEST_F(BankAdapter, CollectsByATransferAndIsToldOfIt) {
    EXPECT_EQ(exchange(Operation::query).kind, payment::OutcomeKind::not_found);

    const payment::Outcome open = exchange(Operation::collect);
    ASSERT_EQ(pay_collection(), 200);
    const payment::Outcome paid = exchange(Operation::query);
    const channel::CallbackVerdict verdict = told(1);

    EXPECT_EQ(open.kind, payment::OutcomeKind::pending) << open.code << open.message;
    EXPECT_EQ(open.next_action.text_or_empty("type"), "bank_transfer");
    EXPECT_EQ(open.next_action.int_or("amount", 0), 5000);
    EXPECT_EQ(paid.kind, payment::OutcomeKind::succeeded) << paid.code << paid.message;
    EXPECT_EQ(paid.amount, Money(5000, cny()));
    EXPECT_EQ(verdict.answer.status, 204);
    EXPECT_EQ(verdict.operation, Operation::collect);
    EXPECT_EQ(verdict.outcome.kind, payment::OutcomeKind::succeeded);
    EXPECT_EQ(verdict.outcome.payer, paid.payer);
}

TEST_F(BankAdapter, TellsWhatThePayerSentAndNotWhatWasOrdered) {
    ASSERT_EQ(exchange(Operation::collect).kind, payment::OutcomeKind::pending);
    ASSERT_EQ(pay_collection(R"(,"amount":4999)"), 200);

    EXPECT_EQ(exchange(Operation::query).amount, Money(4999, cny()));
}

TEST_F(BankAdapter, ClosesWhatNobodyPaidAndFindsWhatWasPaidLate) {
    ASSERT_EQ(exchange(Operation::collect).kind, payment::OutcomeKind::pending);

    EXPECT_EQ(exchange(Operation::close).kind, payment::OutcomeKind::closed);
    EXPECT_EQ(exchange(Operation::query).kind, payment::OutcomeKind::closed);
    EXPECT_EQ(exchange(Operation::collect).kind, payment::OutcomeKind::unknown);
    ASSERT_EQ(pay_collection(R"(,"late":true)"), 200);

    EXPECT_EQ(exchange(Operation::close).kind, payment::OutcomeKind::succeeded);
    EXPECT_EQ(exchange(Operation::query).kind, payment::OutcomeKind::succeeded);
}

TEST_F(BankAdapter, ReadsTheStatementOfADayAndItsEveryLine) {
    ASSERT_EQ(exchange(Operation::payout).kind, payment::OutcomeKind::pending);
    ASSERT_EQ(status_of(advance("returned", kInstruction)), 200);
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"fee":50})")), 200);
    EXPECT_EQ(statement_of("2026-01-01").state, channel::BillState::not_ready);
    clock_.advance(std::chrono::hours(24));

    const channel::BillAnswer answer = statement_of("2026-01-01");

    EXPECT_EQ(answer.state, channel::BillState::found) << answer.code << answer.message;
    EXPECT_TRUE(answer.bill.problems.empty());
    ASSERT_EQ(answer.bill.lines.size(), 3U);
    EXPECT_EQ(answer.bill.lines[0].kind, channel::BillLineKind::payout);
    EXPECT_EQ(answer.bill.lines[0].number, kInstruction);
    EXPECT_EQ(answer.bill.lines[1].kind, channel::BillLineKind::payout_return);
    EXPECT_EQ(answer.bill.lines[1].balance, Money(kBankOpening, cny()));
    EXPECT_EQ(answer.bill.lines[2].kind, channel::BillLineKind::fee);
    EXPECT_EQ(answer.bill.lines[2].amount, Money(50, cny()));
    EXPECT_EQ(statement_of("2025-12-31").state, channel::BillState::empty);
}

TEST_F(BankAdapter, BelievesNoStatementAndNoBalanceThatIsNotSigned) {
    ASSERT_EQ(exchange(Operation::payout).kind, payment::OutcomeKind::pending);
    clock_.advance(std::chrono::hours(24));
    order_fault(R"({"operation":"statement","kind":"bad_signature"})");
    order_fault(R"({"operation":"balance","kind":"bad_signature"})");

    EXPECT_EQ(statement_of("2026-01-01").code, "SIGNATURE_INVALID");
    EXPECT_EQ(
        balance_told().error().message, "the balance of 'main' is not known: SIGNATURE_INVALID"
    );
    EXPECT_EQ(statement_of("2026-01-01").state, channel::BillState::found);
}

TEST_F(BankAdapter, TellsWhatCouldBePaidOut) {
    given_slow_payouts();
    ASSERT_EQ(exchange(Operation::payout).kind, payment::OutcomeKind::pending);

    const auto balance = balance_told();

    ASSERT_TRUE(balance) << balance.error().message;
    EXPECT_EQ(balance->available, Money(kBankOpening - 5000, cny())) << "under way is gone";
    EXPECT_EQ(balance->as_of, clock_.now());
    order_fault(R"({"operation":"balance","kind":"wrong_merchant"})");
    EXPECT_FALSE(balance_told()) << "another account's is nobody's";
}

}  // namespace
}  // namespace sluice::simulator::testing
