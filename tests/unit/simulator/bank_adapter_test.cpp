#include <filesystem>

#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/callbacks.hpp"
#include "channel/registry.hpp"
#include "unit/simulator/bank_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using channel::Operation;

/// The adapter of channels/bank against the bank itself: neither may read the protocol otherwise.
class BankAdapter : public BankTest {
  protected:
    BankAdapter() : registry_(make_registry()), host_(registry_->find_adapter("bank")) {}

    payment::Outcome exchange(Operation operation) {
        const channel::ChannelAccount& account = *registry_->find_account({"bank", "main"});
        const channel::Moment moment{clock_.now(), "nonceoftheadapter" + std::to_string(++nonces_)};
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

    channel::CallbackVerdict told(std::size_t callbacks) {
        channel::Callbacks reader(registry_, clock_);
        const auto all = receiver_.wait_for(callbacks);
        EXPECT_EQ(all.size(), callbacks);
        const http::Request last = all.empty() ? http::Request{} : all.back();
        return reader.read({"bank", "main"}, {last.headers, last.body});
    }

  private:
    channel::RegistryPtr make_registry() {
        channel::ChannelAccountSettings account;
        account.name = "main";
        account.channel = "bank";
        const std::string receiver = receiver_.url();
        account.settings = {
            {"base_url", psp_->url()},
            {"callback_base_url", receiver.substr(0, receiver.find("/callbacks/"))},
            {"account", std::string(kBankAccount)}
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
        order.instruction.id = InstructionId(Id128::parse("01KDXW2E8B5F7M9Q3T6V8X0Z2C").value());
        order.instruction.channel = "bank";
        order.instruction.channel_account = "main";
        order.instruction.merchant = kBankAccount;
        order.instruction.amount = Money(5000, cny());
        order.instruction.created_at = clock_.now();
        order.instruction.purpose = payment::Purpose::payout;
        order.instruction.payee = *payout_body().find("payee");
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
    ASSERT_EQ(status_of(advance("returned", "01KDXW2E8B5F7M9Q3T6V8X0Z2C")), 200);

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

}  // namespace
}  // namespace sluice::simulator::testing
