// The bank from the API to its link and back, over real sockets: collections by transfer, and what
// an operator reads of the account there. The books are held against the bank's own.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/people.hpp"
#include "faults/scene_shop.hpp"
#include "faults/teller.hpp"
#include "support/process_child.hpp"
#include "support/process_postgres.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kAmount = 7'000;

class BankLink : public ::testing::Test {
  protected:
    PaymentView begin(const std::string& number, std::int64_t expires_in_seconds = 1800) {
        return shop_.begin(
            {.number = number,
             .method = "bank",
             .scene = "transfer",
             .payer = {},
             .amount = kAmount,
             .expires_in_seconds = expires_in_seconds}
        );
    }
    PaymentView given_paid(const std::string& number) {
        const PaymentView begun = begin(number);
        EXPECT_TRUE(teller_.bank().transfer({.request_number = begun.channel_number()}))
            << begun.shown();
        const PaymentView paid = shop_.wait_for_status(begun.id(), "succeeded");
        EXPECT_EQ(paid.status(), "succeeded") << paid.shown();
        return paid;
    }
    Reply refund(const std::string& payment, const Value& more) {
        Value body(ValueObject{
            {"payment_id", payment},
            {"merchant_refund_number", "BR-1"},
            {"amount", kAmount},
            {"currency", "CNY"},
            {"reason", "the goods came back"}
        });
        for (const auto& [name, value] : *more.as_object()) {
            body.set(name, value);
        }
        return cluster_.api().post("/v1/refunds", body, {{"Prefer", "wait=30"}});
    }
    /// The channel account, for an operator.
    std::string path_of(const std::string& name) {
        const Reply listed = operator_().get("/v1/channel_accounts");
        for (const Value& account : *listed.body.find("channel_accounts")->as_array()) {
            if (account.text_or_empty("name") == name) {
                return "/v1/channel_accounts/" + std::string(account.text_or_empty("id"));
            }
        }
        return "/v1/channel_accounts/none";
    }
    Api operator_() { return {cluster_.node(0).url(), kChannelsKey}; }
    Reply balance_of(const std::string& account) {
        return operator_().get(path_of(account) + "/balance");
    }

    Cluster cluster_{{.collects_by_bank = true, .more_configuration = channels_key_table()}};
    SceneShop shop_{cluster_};
    Teller teller_{cluster_, 1'000'000};
};

TEST_F(BankLink, CollectsByATransferToAnAccountOfTheOrdersOwn) {
    const PaymentView begun = begin("B-1");
    const Value action = shop_.action(begun.id());
    EXPECT_EQ(action.text_or_empty("type"), "bank_transfer") << begun.shown();
    EXPECT_EQ(action.text_or_empty("account_number").substr(0, 12), "110060149018");
    EXPECT_EQ(action.int_or("amount", 0), kAmount);

    ASSERT_TRUE(teller_.bank().transfer({.request_number = begun.channel_number()}));

    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").order_status(), "paid");
    EXPECT_EQ(shop_.booked("1101"), kAmount);
    EXPECT_EQ(teller_.bank().collected(), kAmount);
    EXPECT_FALSE(teller_.bank().transfer({.request_number = begun.channel_number()}));
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(BankLink, IsAskedWhenItTellsNothing) {
    teller_.bank().order_fault({.operation = "callback", .kind = "missing", .count = -1});

    given_paid("B-1");

    EXPECT_EQ(shop_.booked("1101"), kAmount);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(BankLink, OpensOneAccountHoweverOftenItsAnswerIsLost) {
    for (const char* kind : {"drop_after", "garbage", "bad_signature", "status_5xx_after"}) {
        teller_.bank().order_fault({.operation = "create", .kind = kind});
        const PaymentView begun = begin(std::string("B-") + kind);

        EXPECT_TRUE(eventually([&] { return !shop_.action(begun.id()).is_null(); })) << kind;
        EXPECT_TRUE(teller_.bank().transfer({.request_number = begun.channel_number()})) << kind;
        EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded") << kind;
    }
    EXPECT_EQ(teller_.bank().collected(), 4 * kAmount);
    EXPECT_EQ(shop_.booked("1101"), 4 * kAmount);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(BankLink, IsClosedWithoutMoneyWhenTheOrderNeverArrivedThere) {
    teller_.bank().order_fault({.operation = "create", .kind = "drop_before", .count = -1});

    const PaymentView begun = begin("B-1", 4);

    EXPECT_EQ(shop_.wait_for_status(begun.id(), "closed").failure_code(), "expired");
    EXPECT_FALSE(teller_.bank().transfer({.request_number = begun.channel_number()}));
    EXPECT_EQ(shop_.booked("1101"), 0);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(BankLink, KeepsAnotherAmountForPeople) {
    const PaymentView begun = begin("B-1");

    ASSERT_TRUE(
        teller_.bank().transfer({.request_number = begun.channel_number(), .amount = kAmount - 1})
    );

    EXPECT_TRUE(eventually([&] {
        return shop_.payment(begun.id()).channel_status() == "conflicted";
    })) << shop_.payment(begun.id()).shown();
    EXPECT_EQ(shop_.payment(begun.id()).status(), "pending");
    EXPECT_EQ(
        cluster_.query_one("SELECT count(*) FROM sluice.money_case WHERE status = 'open'"), "1"
    );
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(BankLink, ClosesWhatNobodyPaidAndKeepsWhatComesLateAsASurplus) {
    const PaymentView begun = begin("B-1");
    shop_.close(begun.id());
    ASSERT_EQ(shop_.wait_for_status(begun.id(), "closed").status(), "closed");
    const std::string number = begun.channel_number();
    EXPECT_FALSE(teller_.bank().transfer({.request_number = number}));
    EXPECT_EQ(shop_.booked("1101"), 0);

    ASSERT_TRUE(teller_.bank().transfer({.request_number = number, .is_late = true}));

    EXPECT_EQ(shop_.wait_for_status(begun.id(), "surplus").status(), "surplus");
    EXPECT_EQ(shop_.booked("1101"), kAmount);
    EXPECT_EQ(
        cluster_.query_one("SELECT kind || ' ' || status FROM sluice.money_case"), "surplus open"
    ) << "the bank gives nothing back by itself: people decide";
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(BankLink, BooksTheTransferThatWasQuickerThanItsClose) {
    const PaymentView begun = begin("B-1");
    teller_.bank().order_fault({.operation = "close", .kind = "close_after_pay"});

    shop_.close(begun.id());

    EXPECT_TRUE(eventually([&] { return shop_.booked("1101") == kAmount; }));
    EXPECT_EQ(teller_.bank().collected(), kAmount);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(BankLink, GivesCollectedMoneyBackAsAPayoutToANamedAccount) {
    const PaymentView paid = given_paid("B-1");
    const Value payee(ValueObject{
        {"name", "李四"}, {"account_number", "6222020200445566778"}, {"bank_code", "102100099996"}
    });

    const Reply done = refund(
        paid.id(),
        Value(ValueObject{
            {"fallback", Value(ValueObject{{"method", "bank_account"}, {"payee", payee}})}
        })
    );

    EXPECT_EQ(done.text("status"), "succeeded") << to_json(done.body);
    EXPECT_EQ(teller_.bank().paid(), kAmount);
    EXPECT_EQ(shop_.booked("2202"), 0);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(BankLink, TellsAnOperatorWhatIsOnTheAccount) {
    const Reply before = balance_of("bank-main");
    given_paid("B-1");
    const Reply after = balance_of("bank-main");
    const Reply nobody = balance_of("wx-main");
    const Reply business = cluster_.api().get(path_of("bank-main") + "/balance");
    teller_.bank().order_fault({.operation = "balance", .kind = "bad_signature"});
    const Reply forged = balance_of("bank-main");
    teller_.bank().order_fault({.operation = "balance", .kind = "drop_after"});
    const Reply silent = balance_of("bank-main");

    ASSERT_EQ(before.status, 200) << before.why;
    ASSERT_EQ(after.status, 200) << after.why;
    EXPECT_EQ(after.body.int_or("available", 0) - before.body.int_or("available", 0), kAmount);
    EXPECT_EQ(after.text("currency"), "CNY");
    EXPECT_FALSE(after.text("as_of").empty());
    EXPECT_EQ(nobody.status, 409);
    EXPECT_EQ(nobody.text("code"), "balance_not_told") << to_json(nobody.body);
    EXPECT_EQ(business.status, 403);
    EXPECT_EQ(forged.status, 503);
    EXPECT_EQ(forged.text("code"), "balance_unknown");
    EXPECT_THAT(forged.text("detail"), HasSubstr("SIGNATURE_INVALID"));
    EXPECT_EQ(silent.status, 503);
    EXPECT_EQ(silent.text("code"), "balance_unknown") << to_json(silent.body);
}

TEST_F(BankLink, GivesADaysStatementToTheCommandLine) {
    const PaymentView paid = given_paid("B-1");
    Api tester(cluster_.psp().url(), "");
    ASSERT_EQ(
        tester.post("/sim/bank/course", Value(ValueObject{{"tells_today", true}})).status, 200
    );
    const std::string day =
        cluster_.query_one("SELECT to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')");
    const std::filesystem::path folder =
        DurableServer::instance().folder() / cluster_.query_one("SELECT current_database()");

    ChildProcess verb(
        {.arguments =
             {SLUICE_BINARY,
              "bill",
              "--config",
              folder / "node0.toml",
              "bank",
              "bank-main",
              "statement",
              day},
         .log = folder / "bill.log"}
    );
    EXPECT_TRUE(eventually([&] { return !verb.is_running(); }));

    EXPECT_EQ(verb.stop(std::chrono::seconds(1)), 0) << verb.said();
    EXPECT_THAT(
        verb.said(),
        HasSubstr(R"("kind":"payment","kind_text":"COLLECTION","number":")" + paid.channel_number())
    );
    EXPECT_THAT(verb.said(), HasSubstr(R"("balance":)"));
}

}  // namespace
}  // namespace sluice::testing
