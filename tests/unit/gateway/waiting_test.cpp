#include <thread>

#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

/// Which thread does what, and who waits.
class Waiting : public GatewayFixture {
  protected:
    Waiting() { settings.threads = 1; }

    [[nodiscard]] static std::string card_payment(const std::string& account) {
        return R"({"order":)" + order_json("C-1") +
               R"(,"legs":[{"kind":"internal","method":"prepaid_card","account_id":")" + account +
               R"(","amount":10000}]})";
    }
    /// Whether the engine was asked on the thread that called the gateway.
    bool is_asked_here(const std::string& body) {
        intake.asked_on = {};
        EXPECT_EQ(post("/v1/payments", body).status, 201);
        return intake.asked_on == std::this_thread::get_id();
    }
    [[nodiscard]] Ask wait_for(const std::string& payment) const {
        return {.target = "/v1/payments/" + payment, .headers = {{"Prefer", "wait=30"}}};
    }
};

TEST_F(Waiting, NeedsNoOtherThreadWhenNothingMustBeLookedUp) {
    const std::string account = given_account("A");

    EXPECT_TRUE(is_asked_here(qr_payment_json(order_json("A-1"))));
    EXPECT_TRUE(is_asked_here(card_payment(account)));
}

TEST_F(Waiting, LeavesWhatMustBeLookedUpToAnotherThread) {
    const std::string account = given_account("A");
    const std::string order = given_order("A-1");

    EXPECT_FALSE(is_asked_here(qr_payment_json(order))) << "the order is in the database";
    accounts.all_known = false;
    EXPECT_FALSE(is_asked_here(card_payment(account))) << "the account was never seen";
}

TEST_F(Waiting, HoldsNoThreadHoweverManyWait) {
    constexpr std::size_t kCallers = 20;
    const std::string id = given_payment("A-1");
    intake.late = true;
    std::vector<std::shared_ptr<Line>> lines;
    for (std::size_t i = 0; i < kCallers; ++i) {
        lines.push_back(begin(wait_for(id)));
    }
    const auto last_reply = intake.reply_of(kCallers - 1);

    EXPECT_EQ(get("/v1/payments/" + id).status, 200) << "the only thread is free";
    for (std::size_t i = 0; i < kCallers; ++i) {
        intake.reply_of(i)();
    }

    for (const auto& line : lines) {
        EXPECT_EQ(text_of(line->wait(), "status"), "closed");
    }
}

TEST_F(Waiting, IsForTheEndAfterTheWishToCloseIsCommitted) {
    const std::string id = given_payment("A-1");
    intake.late = true;

    const auto line = begin(
        {.method = "POST",
         .target = "/v1/payments/" + id + "/close",
         .headers = {{"Prefer", "wait=30"}}}
    );
    intake.reply_of(0)();

    EXPECT_EQ(text_of(line->wait(), "status"), "closed");
    EXPECT_EQ(intake.closes.size(), 1U);
    EXPECT_EQ(intake.waits.size(), 1U);
}

TEST_F(Waiting, EndsWhenTheEngineHasNotRepliedInTime) {
    const std::string id = given_payment("A-1");
    settings.engine_grace = std::chrono::milliseconds(-29'950);
    restart();
    intake.late = true;

    const auto line = begin(wait_for(id));
    const auto late_reply = intake.reply_of(0);
    const auto response = line->wait();
    late_reply();

    EXPECT_EQ(summary(response), "503 outcome_unknown");
}

}  // namespace
}  // namespace sluice::testing
