#include <gtest/gtest.h>

#include "db/pool.hpp"
#include "gateway/payment_store.hpp"
#include "support/test_database.hpp"

namespace sluice::testing {
namespace {

class GatewayPaymentStore : public ::testing::Test {
  protected:
    GatewayPaymentStore() {
        run("INSERT INTO sluice.orders (id, merchant_id, merchant_order_number, product_code, "
            "description, currency, amount, paid, request_hash, created_at, updated_at, "
            "expires_at, closes_at) VALUES ('00000000-0000-0100-0000-000000000001', 'alpha', "
            "'A-1', "
            "'default', 'd', 'CNY', 10000, 0, '00000000-0000-0000-0000-000000000000', "
            "'2026-01-01Z', '2026-01-01Z', '2026-01-02Z', '2026-01-02Z')");
        run("INSERT INTO sluice.payment (id, order_id, merchant_id, flow, currency, amount, legs, "
            "status, stage, failure_code, failure_message, created_at, updated_at) VALUES "
            "('00000000-0000-0100-0000-000000000002', '00000000-0000-0100-0000-000000000001', "
            "'alpha', 'pay', 'CNY', 7000, '[{\"number\":1,\"kind\":\"external\",\"method\":"
            "\"wechatpay\",\"scene\":\"qr\",\"amount\":7000,\"currency\":\"CNY\"}]', 'pending', "
            "'collect', '', '', '2026-01-01Z', '2026-01-01 00:00:01Z')");
    }

    void run(const std::string& sql) {
        auto connection = database.connect();
        const auto done = connection.run(sql);
        ASSERT_TRUE(done.has_value()) << done.error().message;
    }
    void given_instruction(const std::string& last, const std::string& created_at) {
        run("INSERT INTO sluice.instruction (id, run_id, leg, kind, channel, channel_account, "
            "scene, currency, amount, status, merchant, next_action, created_at) VALUES "
            "('00000000-0000-0100-0000-00000000000" +
            last +
            "', '00000000-0000-0100-0000-000000000002', 1, 'external', 'wechatpay', 'main', 'qr', "
            "'CNY', 7000, 'pending', '1900000001', '{\"type\":\"qr_code\"}', '" +
            created_at + "')");
    }

    const RunId id{Id128{.high = 0x100, .low = 2}};
    TestDatabase database;
    db::Pool pool{database.conninfo(), {.connection = {.role = "sluice_app"}}};
    std::unique_ptr<gateway::PaymentStore> store = gateway::make_payment_store(pool);
};

TEST_F(GatewayPaymentStore, ReadsAPaymentThatHasNoInstructionYet) {
    const auto found = store->find(id);

    ASSERT_TRUE(found.has_value()) << found.error().message;
    ASSERT_TRUE(found->has_value());
    const payment::Picture& picture = **found;
    EXPECT_EQ(picture.subject.amount, Money(7'000, cny()));
    EXPECT_EQ(picture.subject.stage, "collect");
    EXPECT_EQ(picture.legs.at(0).scene, "qr");
    EXPECT_EQ(picture.order.amount, Money(10'000, cny()));
    EXPECT_EQ(picture.order.merchant_order_number, "A-1");
    EXPECT_TRUE(picture.instructions.empty());
}

TEST_F(GatewayPaymentStore, ReadsInstructionsInTheOrderTheyWereMade) {
    given_instruction("9", "2026-01-01 00:00:01Z");
    given_instruction("3", "2026-01-01 00:00:02Z");

    const auto found = store->find(id);

    ASSERT_TRUE(found.has_value()) << found.error().message;
    const auto& instructions = (*found)->instructions;
    ASSERT_EQ(instructions.size(), 2U);
    EXPECT_EQ(instructions[0].id.raw().low, 9U);
    EXPECT_EQ(instructions[1].id.raw().low, 3U);
    EXPECT_EQ(instructions[0].merchant, "1900000001");
    EXPECT_EQ(instructions[0].next_action.text_or_empty("type"), "qr_code");
    EXPECT_EQ(instructions[0].expires_at, Time{});
}

TEST_F(GatewayPaymentStore, FindsNothingForAnotherId) {
    const auto found = store->find(RunId{Id128{.high = 0x100, .low = 99}});

    ASSERT_TRUE(found.has_value());
    EXPECT_FALSE(found->has_value());
}

TEST_F(GatewayPaymentStore, ReadsTheJournalInItsOrder) {
    for (const std::string seq : {"2", "1"}) {
        run("INSERT INTO sluice.flow_journal (run_id, seq, at, body, effects_hash) VALUES "
            "('00000000-0000-0100-0000-000000000002', " +
            seq +
            ", '2026-01-01Z', '\\x00'::bytea || '{\"facts\":[]}', "
            "'00000000-0000-0000-0000-000000000000')");
    }

    const auto journal = store->journal(id);

    ASSERT_TRUE(journal.has_value()) << journal.error().message;
    ASSERT_EQ(journal->size(), 2U);
    EXPECT_EQ((*journal)[0].seq, 1);
    EXPECT_NE((*journal)[0].body.find("facts"), nullptr);
}

TEST_F(GatewayPaymentStore, TellsAJournalThatCannotBeReadAsCorrupt) {
    run("INSERT INTO sluice.flow_journal (run_id, seq, at, body, effects_hash) VALUES "
        "('00000000-0000-0100-0000-000000000002', 1, '2026-01-01Z', '\\x007b', "
        "'00000000-0000-0000-0000-000000000000')");

    EXPECT_EQ(store->journal(id).error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace sluice::testing
