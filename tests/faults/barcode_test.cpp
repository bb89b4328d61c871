// Codes that payers show at the till, at both channels, over real sockets: what is taken is booked
// once, and what nobody learns of in time is given back.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/scene_shop.hpp"
#include "faults/written.hpp"
#include "support/process_postgres.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;

/// Above 1000 yuan the simulated payer has to confirm on the phone.
constexpr std::int64_t kToBeConfirmed = 200'000;
/// So long a payment whose payer does nothing is waited for here.
constexpr std::int64_t kPatience = 6;

/// At which channel, and over which of its APIs.
struct Till {
    std::string method;
    std::string barcode_api = "v3";  ///< of WeChat Pay
};

class Barcode : public ::testing::TestWithParam<Till> {
  protected:
    [[nodiscard]] std::string method() const { return GetParam().method; }
    /// A code that nobody has shown yet.
    std::string next_code() {
        const std::string head = method() == "alipay" ? "28" : "13";
        return head + "4567890123456" + std::to_string(++codes_ + 100);
    }
    SceneOrder order(const std::string& number, std::int64_t amount = 1234) {
        code_ = next_code();
        return {
            .number = number,
            .method = method(),
            .scene = "barcode",
            .payer = Value(ValueObject{{"auth_code", code_}}),
            .amount = amount,
        };
    }
    SceneOrder impatient_order(const std::string& number, std::int64_t amount = 1234) {
        SceneOrder wanted = order(number, amount);
        wanted.expires_in_seconds = kPatience;
        return wanted;
    }
    ChannelOrder at_the_channel(const std::string& payment) {
        return cluster_.psp().order(shop_.payment(payment).channel_number());
    }
    void expect_given_back(const std::string& payment, std::int64_t amount) {
        EXPECT_EQ(shop_.wait_for_status(payment, "closed").status(), "closed")
            << shop_.payment(payment).shown();
        EXPECT_EQ(shop_.given_back(shop_.payment(payment).channel_number()), amount);
        EXPECT_EQ(shop_.booked("1101"), 0);
        EXPECT_EQ(at_the_channel(payment).creates, 1) << "a code is shown once";
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
    }

    /// What the next answer to a code tells, though it is correctly signed.
    void lie_at_the_till(const std::string& kind) {
        const Reply ordered = simulator_.post(
            "/sim/faults",
            Value(ValueObject{{"operation", "create"}, {"kind", kind}, {"scene", "barcode"}})
        );
        ASSERT_EQ(ordered.status, 201) << to_json(ordered.body) << ordered.why;
    }
    /// The code was taken, nothing is booked or given back, and people must look.
    void expect_kept_for_people(const std::string& payment) {
        EXPECT_TRUE(eventually([&] {
            return shop_.payment(payment).channel_status() == "conflicted";
        })) << shop_.payment(payment).shown();
        EXPECT_EQ(shop_.payment(payment).status(), "pending");
        EXPECT_EQ(at_the_channel(payment).payments, 1);
        EXPECT_EQ(at_the_channel(payment).creates, 1) << "a code is shown once";
        EXPECT_EQ(shop_.given_back(shop_.payment(payment).channel_number()), 0);
        EXPECT_EQ(shop_.booked("1101"), 0);
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
    }
    [[nodiscard]] std::string open_conflicts() const {
        return cluster_.query_one(
            "SELECT count(*) FROM sluice.money_case "
            "WHERE status = 'open' AND kind = 'conflicted'"
        );
    }

    Cluster cluster_{{.has_alipay = true, .barcode_api = GetParam().barcode_api}};
    SceneShop shop_{cluster_};
    Api simulator_{cluster_.psp().url(), ""};
    std::string code_;
    int codes_ = 0;
};

TEST_P(Barcode, IsTakenAtOnce) {
    const Reply paid = shop_.pay(order("B-1"), "wait=20");

    EXPECT_EQ(paid.status, 201) << paid.why;
    EXPECT_EQ(paid.text("status"), "succeeded") << to_json(paid.body);
    EXPECT_EQ(at_the_channel(paid.text("id")).payments, 1);
    EXPECT_EQ(shop_.booked("1101"), 1234);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_P(Barcode, WaitsForAPayerWhoHasToConfirm) {
    const PaymentView begun = shop_.begin(order("B-1", kToBeConfirmed), "wait=0");
    EXPECT_TRUE(eventually([&] { return at_the_channel(begun.id()).creates == 1; }));

    EXPECT_TRUE(cluster_.psp().pay(shop_.payment(begun.id()).channel_number()));

    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    EXPECT_EQ(shop_.booked("1101"), kToBeConfirmed);
}

TEST_P(Barcode, IsClosedWhenThePayerDoesNothing) {
    const PaymentView begun = shop_.begin(impatient_order("B-1", kToBeConfirmed), "wait=0");

    expect_given_back(begun.id(), 0);

    EXPECT_EQ(shop_.payment(begun.id()).failure_code(), "expired");
    EXPECT_FALSE(cluster_.psp().pay(shop_.payment(begun.id()).channel_number()));
}

TEST_P(Barcode, IsGivenBackWhenItSucceededAndNobodyLearnedOfIt) {
    cluster_.psp().order_fault({.operation = "create", .kind = "drop_after"});
    cluster_.psp().order_fault({.operation = "query", .kind = "status_5xx", .count = -1});
    const PaymentView begun = shop_.begin(impatient_order("B-1"), "wait=0");
    EXPECT_TRUE(eventually([&] { return at_the_channel(begun.id()).closes > 0; }));
    cluster_.psp().clear_faults();

    expect_given_back(begun.id(), 1234);
}

TEST_P(Barcode, IsGivenBackOnceHoweverOftenTheWordOfItIsLost) {
    for (const char* kind : {"drop_before", "drop_after", "garbage", "bad_signature"}) {
        cluster_.psp().order_fault({.operation = "create", .kind = "drop_after"});
        cluster_.psp().order_fault({.operation = "query", .kind = "drop_before", .count = 4});
        cluster_.psp().order_fault({.operation = "close", .kind = kind, .count = 2});

        const PaymentView begun = shop_.begin(impatient_order(std::string("B-") + kind), "wait=0");

        expect_given_back(begun.id(), 1234);
        cluster_.psp().clear_faults();
    }
}

TEST_P(Barcode, EndsInOneOfTheTwoWhenPayerAndCloseMeet) {
    cluster_.psp().order_fault({.operation = "close", .kind = "close_after_pay"});
    const PaymentView begun = shop_.begin(order("B-1", kToBeConfirmed), "wait=0");
    EXPECT_TRUE(eventually([&] { return at_the_channel(begun.id()).creates == 1; }));

    shop_.close(begun.id());

    expect_given_back(begun.id(), kToBeConfirmed);
    EXPECT_EQ(shop_.payment(begun.id()).failure_code(), "closed_by_business");
}

TEST_P(Barcode, FailsWhenTheChannelRefusesTheCode) {
    cluster_.psp().order_fault({.operation = "create", .kind = "refused"});

    const Reply refused = shop_.pay(order("B-1"), "wait=20");

    EXPECT_EQ(refused.text("status"), "failed") << to_json(refused.body);
    EXPECT_EQ(shop_.booked("1101"), 0);
}

TEST_P(Barcode, IsTakenWhenOnlyTheAnswersWereWronglySigned) {
    cluster_.psp().order_fault({.operation = "create", .kind = "bad_signature"});
    cluster_.psp().order_fault({.operation = "query", .kind = "bad_signature", .count = 2});

    const Reply paid = shop_.pay(order("B-1"), "wait=20");

    EXPECT_EQ(shop_.wait_for_status(paid.text("id"), "succeeded").status(), "succeeded");
    EXPECT_EQ(at_the_channel(paid.text("id")).creates, 1);
    EXPECT_EQ(shop_.booked("1101"), 1234);
}

TEST_P(Barcode, IsKeptForPeopleWhenTheAnswerNamesAnotherNumber) {
    lie_at_the_till("wrong_number");

    const PaymentView begun = shop_.begin(order("B-1"), "wait=0");

    expect_kept_for_people(begun.id());
    EXPECT_EQ(open_conflicts(), "1");
    EXPECT_EQ(cluster_.psp().fault_count(), 0U);
}

TEST_P(Barcode, IsRefundedLikeAnyOther) {
    const Reply paid = shop_.pay(order("B-1"), "wait=20");
    ASSERT_EQ(paid.text("status"), "succeeded") << to_json(paid.body);

    const Reply refunded = cluster_.api().post(
        "/v1/refunds",
        Value(ValueObject{
            {"merchant_refund_number", "R-1"},
            {"payment_id", paid.text("id")},
            {"amount", 234},
            {"currency", "CNY"},
            {"reason", "the goods came back"}
        }),
        {{"Prefer", "wait=30"}}
    );

    EXPECT_EQ(refunded.text("status"), "succeeded") << refunded.why;
    EXPECT_EQ(shop_.given_back(shop_.payment(paid.text("id")).channel_number()), 234);
    EXPECT_EQ(shop_.booked("1101"), 1000);
}

TEST_P(Barcode, WorksOnce) {
    EXPECT_EQ(shop_.pay(order("B-1"), "wait=20").text("status"), "succeeded");
    const std::string used = code_;
    SceneOrder again = order("B-2");
    again.payer = ValueObject{{"auth_code", used}};

    const Reply refused = shop_.pay(again, "wait=20");

    EXPECT_EQ(refused.text("status"), "failed") << to_json(refused.body);
    EXPECT_EQ(shop_.booked("1101"), 1234);
}

TEST_P(Barcode, IsNotShownAgainAfterACrash) {
    cluster_.psp().order_fault({.operation = "create", .kind = "slow_answer_ms", .value = 3000});
    const PaymentView begun = shop_.begin(order("B-1"), "wait=0");
    EXPECT_TRUE(eventually([&] { return at_the_channel(begun.id()).creates == 1; }));

    cluster_.kill_node(0);
    cluster_.start_node(0);

    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    EXPECT_EQ(at_the_channel(begun.id()).creates, 1);
    EXPECT_EQ(shop_.booked("1101"), 1234);
}

TEST_P(Barcode, MustLookLikeACodeAndStandsNowhere) {
    SceneOrder wrong = order("B-1");
    wrong.payer = ValueObject{{"auth_code", "9" + code_.substr(1)}};

    const Reply refused = shop_.pay(wrong);
    const Reply paid = shop_.pay(order("B-2"), "wait=20");
    cluster_.api().get("/v1/payments/" + paid.text("id") + "/timeline");

    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(
        refused.body.find("errors")->as_array()->front().text_or_empty("pointer"),
        "/legs/0/payer/auth_code"
    );
    EXPECT_EQ(paid.text("status"), "succeeded");
    std::ifstream key_file(DurableServer::instance().folder() / "keys" / "api_v2_key.txt");
    std::string key;
    ASSERT_TRUE(std::getline(key_file, key));
    EXPECT_THAT(
        found_in(everything_written(cluster_), {{"the code", code_}, {"the APIv2 key", key}}),
        IsEmpty()
    );
}

/// Where the answer to the code is the word that it was paid.
class BarcodeThatIsAnsweredWithItsSuccess : public Barcode {};

TEST_P(BarcodeThatIsAnsweredWithItsSuccess, IsKeptForPeopleWhenTheAnswerNamesAnotherAmount) {
    lie_at_the_till("wrong_amount");

    expect_kept_for_people(shop_.begin(order("B-1"), "wait=0").id());

    EXPECT_EQ(open_conflicts(), "1");
}

TEST_P(BarcodeThatIsAnsweredWithItsSuccess, IsKeptForPeopleWhenTheAnswerNamesAnotherCurrency) {
    lie_at_the_till("wrong_currency");

    expect_kept_for_people(shop_.begin(order("B-1"), "wait=0").id());

    EXPECT_EQ(open_conflicts(), "1");
}

TEST_P(BarcodeThatIsAnsweredWithItsSuccess, IsKeptForPeopleWhenTheAnswerNamesAnotherMerchant) {
    lie_at_the_till("wrong_merchant");

    expect_kept_for_people(shop_.begin(order("B-1"), "wait=0").id());

    EXPECT_EQ(open_conflicts(), "1");
}

/// Where the answer to the code only tells that it is under way, and a query what was paid.
class BarcodeThatIsAskedFor : public Barcode {};

TEST_P(BarcodeThatIsAskedFor, IsBookedByTheQueryWhateverAmountTheAnswerNames) {
    lie_at_the_till("wrong_amount");

    const PaymentView begun = shop_.begin(order("B-1"), "wait=0");

    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    EXPECT_EQ(shop_.booked("1101"), 1234);
    EXPECT_EQ(open_conflicts(), "0");
    EXPECT_EQ(cluster_.psp().fault_count(), 0U);
}

std::string name_of(const ::testing::TestParamInfo<Till>& test) {
    return test.param.method + "_" + test.param.barcode_api;
}

INSTANTIATE_TEST_SUITE_P(
    At,
    Barcode,
    ::testing::Values(Till{"wechatpay"}, Till{"wechatpay", "v2"}, Till{"alipay"}),
    name_of
);
INSTANTIATE_TEST_SUITE_P(
    At,
    BarcodeThatIsAnsweredWithItsSuccess,
    ::testing::Values(Till{"wechatpay"}, Till{"wechatpay", "v2"}),
    name_of
);
INSTANTIATE_TEST_SUITE_P(At, BarcodeThatIsAskedFor, ::testing::Values(Till{"alipay"}), name_of);

}  // namespace
}  // namespace sluice::testing
