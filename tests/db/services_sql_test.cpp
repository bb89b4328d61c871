// What the database itself refuses of refunds, payouts and transfers, asked without any engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_database.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kOrder = "00000000-0000-0100-0000-000000000001";
const std::string kPayment = "00000000-0000-0100-0000-000000000002";
const std::string kCard = "00000000-0000-0100-0000-000000000011";
const std::string kChannel = "00000000-0000-0100-0000-000000000012";
const std::string kPending = "00000000-0000-0100-0000-000000000013";
const std::string kHash = "00000000-0000-0000-0000-000000000009";

/// An order of 100.00 that one payment paid: 30.00 from a card, 70.00 at a channel.
class ServicesSql : public ::testing::Test {
  protected:
    ServicesSql() {
        run("INSERT INTO sluice.orders (id, merchant_id, merchant_order_number, product_code, "
            "description, currency, amount, paid, status, request_hash, created_at, updated_at, "
            "expires_at) VALUES ('" +
            kOrder + "', 'shop', 'A-1', 'default', 'd', 'CNY', 10000, 10000, 'paid', '" + kHash +
            "', '2026-01-01Z', '2026-01-01Z', '2026-01-02Z')");
        run("INSERT INTO sluice.payment (id, order_id, merchant_id, flow, currency, amount, legs, "
            "status, created_at, updated_at) VALUES ('" +
            kPayment + "', '" + kOrder +
            "', 'shop', 'pay', 'CNY', 10000, '[]', 'succeeded', '2026-01-01Z', '2026-01-01Z')");
        given_instruction(kCard, "internal", "3000, 'succeeded'");
        given_instruction(kChannel, "external", "7000, 'succeeded'");
        given_instruction(kPending, "external", "7000, 'pending'");
    }

    void given_instruction(
        const std::string& id, const std::string& kind, const std::string& amount_and_status
    ) {
        run("INSERT INTO sluice.instruction (id, run_id, leg, kind, channel, channel_account, "
            "scene, currency, amount, status, merchant, created_at) VALUES ('" +
            id + "', '" + kPayment + "', 1, '" + kind + "', 'c', 'a', '', 'CNY', " +
            amount_and_status + ", '', '2026-01-01Z')");
    }
    void given_service(const std::string& table, const std::string& number) {
        const std::string order = table == "refund" ? "order_id, " : "";
        run("INSERT INTO sluice." + table + " (id, " + order +
            "merchant_id, merchant_number, flow, currency, amount, details, request_hash, status, "
            "stage, failure_code, failure_message, created_at, updated_at) VALUES ('" +
            kOrder + "', " + (order.empty() ? "" : "'" + kOrder + "', ") + "'shop', '" + number +
            "', 'f', 'CNY', 1, '{}', '" + kHash +
            "', 'pending', '', '', '', '2026-01-01Z', '2026-01-01Z')");
    }
    /// Rows as "activation ordinal reason".
    std::vector<std::string> refusals(
        const std::string& document, const std::string& already_refused = ""
    ) {
        return rows(
            "SELECT activation || ' ' || ordinal || ' ' || reason FROM sluice.service_refusals('" +
            document + "', ARRAY[" + already_refused + "]::integer[])"
        );
    }
    std::vector<std::string> rows(const std::string& sql) {
        const auto found = owner_.run(sql);
        EXPECT_TRUE(found.has_value()) << found.error().message;
        std::vector<std::string> texts;
        for (std::size_t i = 0; found && i < found->size(); ++i) {
            texts.emplace_back((*found)[i].text_or_empty(0));
        }
        return texts;
    }
    void run(const std::string& sql) { rows(sql); }
    /// Why the database refuses a statement; "" when it does not.
    std::string refused(const std::string& sql) {
        const auto done = owner_.run(sql);
        return done ? "" : done.error().message;
    }
    static std::string order_refund(int activation, int amount) {
        return R"({"i":)" + std::to_string(activation) + R"(,"order":")" + kOrder +
               R"(","amount":)" + std::to_string(amount) + "}";
    }
    static std::string claim(
        int activation, int ordinal, const std::string& instruction, int amount
    ) {
        return R"({"i":)" + std::to_string(activation) + R"(,"ordinal":)" +
               std::to_string(ordinal) + R"(,"run":")" + kPayment + R"(","instruction":")" +
               instruction + R"(","amount":)" + std::to_string(amount) + "}";
    }

    TestDatabase database_;
    db::Connection owner_ = database_.connect();
};

TEST_F(ServicesSql, KnowsTheNumbersOfEachService) {
    for (const std::string service : {"refund", "payout", "transfer"}) {
        given_service(service, "N-1");
        const auto start = [&](const std::string& merchant, const std::string& number) {
            return R"({"starts":[{"i":1,"service":")" + service + R"(","merchant":")" + merchant +
                   R"(","number":")" + number + "\"}]}";
        };

        EXPECT_THAT(refusals(start("shop", "N-1")), ElementsAre("1 0 number_exists")) << service;
        EXPECT_THAT(refusals(start("shop", "N-2")), IsEmpty()) << service;
        EXPECT_THAT(refusals(start("other", "N-1")), IsEmpty()) << service;
        EXPECT_THAT(refusals(start("shop", "N-1"), "1"), IsEmpty()) << "refused before";
        EXPECT_EQ(
            rows(
                "SELECT other_id || ' ' || other_hash FROM sluice.service_refusals('" +
                start("shop", "N-1") + "', '{}')"
            ),
            std::vector<std::string>{kOrder + " " + kHash}
        );
    }
}

TEST_F(ServicesSql, LetsNoOrderGiveBackMoreThanWasPaid) {
    EXPECT_THAT(
        refusals(R"({"order_refunds":[)" + order_refund(1, 10'001) + "]}"),
        ElementsAre("1 0 more_than_paid")
    );
    EXPECT_THAT(refusals(R"({"order_refunds":[)" + order_refund(1, 10'000) + "]}"), IsEmpty());
    run("UPDATE sluice.orders SET refunded = 4000");
    EXPECT_THAT(
        refusals(
            R"({"order_refunds":[)" + order_refund(1, 6'001) + "," + order_refund(2, 6'000) + "," +
            order_refund(3, 1) + "]}"
        ),
        ElementsAre("1 0 more_than_paid", "3 0 more_than_paid")
    );
    const std::string nowhere = "00000000-0000-0100-0000-0000000000ff";
    EXPECT_THAT(
        refusals(R"({"order_refunds":[{"i":1,"order":")" + nowhere + R"(","amount":1}]})"),
        ElementsAre("1 0 more_than_paid")
    );
}

TEST_F(ServicesSql, LetsNoInstructionGiveBackMoreThanItCollected) {
    EXPECT_THAT(
        refusals(R"({"claims":[)" + claim(1, 3, kCard, 3'001) + "]}"),
        ElementsAre("1 3 over_refunded")
    );
    EXPECT_THAT(
        refusals(
            R"({"claims":[)" + claim(1, 1, kCard, 2'000) + "," + claim(2, 1, kCard, 1'001) + "," +
            claim(3, 1, kCard, 1'000) + "," + claim(3, 2, kChannel, 7'000) + "]}"
        ),
        ElementsAre("2 1 over_refunded")
    );
    run("UPDATE sluice.instruction SET refunded = 1 WHERE id = '" + kCard + "'");
    EXPECT_THAT(
        refusals(R"({"claims":[)" + claim(1, 1, kCard, 3'000) + "]}"),
        ElementsAre("1 1 over_refunded")
    );
    EXPECT_THAT(
        refusals(R"({"claims":[)" + claim(1, 1, kOrder, 1) + "]}"), ElementsAre("1 1 over_refunded")
    );
}

TEST_F(ServicesSql, GivesTheRoomOfARefusedActivationToTheNext) {
    // The first has room on the order and none on the card; what it counted on is free again.
    EXPECT_THAT(
        refusals(
            R"({"order_refunds":[)" + order_refund(1, 10'000) + "," + order_refund(2, 10'000) +
            R"(],"claims":[)" + claim(1, 1, kChannel, 7'000) + "," + claim(1, 2, kCard, 3'001) +
            "," + claim(2, 1, kChannel, 7'000) + "]}"
        ),
        ElementsAre("1 2 over_refunded")
    );
    EXPECT_THAT(
        refusals(
            R"({"order_refunds":[)" + order_refund(1, 10'000) + "," + order_refund(2, 1) + "]}", "1"
        ),
        IsEmpty()
    ) << "refused before for another reason";
}

TEST_F(ServicesSql, LetsWhatIsYieldedBeTakenAnew) {
    EXPECT_THAT(
        refusals(
            R"({"claims":[)" + claim(1, 1, kCard, 3'000) + "," + claim(1, 3, kCard, -3'000) + "," +
            claim(1, 4, kCard, 3'000) + "," + claim(2, 1, kCard, 1) + "]}"
        ),
        ElementsAre("2 1 over_refunded")
    );
    run("UPDATE sluice.orders SET refunded = 10000");
    EXPECT_THAT(
        refusals(
            R"({"order_refunds":[)" + order_refund(1, -10'000) + "," + order_refund(2, 10'000) +
            "]}"
        ),
        IsEmpty()
    ) << "a refund that failed makes room in the same batch";
}

TEST_F(ServicesSql, CountsTheRefundsThatAChannelTakes) {
    const auto part = [](int activation, int amount) {
        std::string text = claim(activation, 1, kChannel, amount);
        text.pop_back();
        return text + R"(,"parts":1,"parts_max":2})";
    };

    EXPECT_THAT(
        refusals(R"({"claims":[)" + part(1, 1) + "," + part(2, 1) + "," + part(3, 1) + "]}"),
        ElementsAre("3 1 too_many_parts")
    );
    EXPECT_THAT(
        refusals(
            R"({"claims":[)" + part(1, 1) + "," + part(2, 1) + "," + part(3, -1) + "," +
            part(4, 1) + "]}"
        ),
        IsEmpty()
    ) << "a refund that the channel refused makes room";
    EXPECT_THAT(
        refusals(
            R"({"claims":[)" + part(1, 1) + "," + claim(1, 2, kCard, 3'001) + "," + part(2, 1) +
            "," + part(3, 1) + "]}"
        ),
        ElementsAre("1 2 over_refunded")
    ) << "a refused activation counts no more";
    run("UPDATE sluice.instruction SET refund_parts = 2 WHERE id = '" + kChannel + "'");
    EXPECT_THAT(refusals(R"({"claims":[)" + part(1, 1) + "]}"), ElementsAre("1 1 too_many_parts"));
}

TEST_F(ServicesSql, RefusesExactlyWhatHasNoRoomAmongHundreds) {
    std::string claims;
    std::vector<std::string> over;
    for (int i = 1; i <= 400; ++i) {
        claims += (i == 1 ? "" : ",") + claim(i, 1, kCard, 10);
        if (i > 300) {
            over.push_back(std::to_string(i) + " 1 over_refunded");
        }
    }

    EXPECT_EQ(refusals(R"({"claims":[)" + claims + "]}"), over);
}

TEST_F(ServicesSql, LeavesARowAloneThatIsYieldedAndClaimedInOne) {
    run("UPDATE sluice.instruction SET refunded = 3000 WHERE id = '" + kCard + "'");
    const std::string version =
        "SELECT xmin::text FROM sluice.instruction WHERE id = '" + kCard + "'";
    const auto before = rows(version);
    const auto write = [this](const std::string& claims) {
        run("SELECT sluice.write_services('{\"claims\":[" + claims +
            "]}', '{}', ARRAY['00000000-0000-0100-0000-0000000000a1']::uuid[], "
            "ARRAY['2026-01-01Z']::timestamptz[])");
    };

    write(claim(1, 1, kCard, -3'000) + "," + claim(1, 2, kCard, 3'000));
    EXPECT_EQ(rows(version), before);

    write(claim(1, 1, kCard, -3'000) + "," + claim(1, 2, kCard, 2'999));
    EXPECT_NE(rows(version), before);
    EXPECT_THAT(
        rows("SELECT refunded::text FROM sluice.instruction WHERE id = '" + kCard + "'"),
        ElementsAre("2999")
    );
}

TEST_F(ServicesSql, WritesWhatWasNotRefusedAndNothingElse) {
    const std::string start =
        R"({"i":%,"service":"refund","order":")" + kOrder +
        R"(","merchant":"shop","number":"R-%","flow":"refund","currency":"CNY","amount":100,)"
        R"("details":"{}","hash":")" +
        kHash + R"(","status":"pending","stage":"","code":"","message":""})";
    const auto nth = [&](const std::string& n) {
        std::string text = start;
        for (auto at = text.find('%'); at != std::string::npos; at = text.find('%')) {
            text.replace(at, 1, n);
        }
        return text;
    };
    run("SELECT sluice.write_services('" + (R"({"starts":[)" + nth("1")) + "," + nth("2") +
        R"(],"order_refunds":[)" + order_refund(1, 100) + "," + order_refund(2, 9'000) +
        R"(],"claims":[)" + claim(1, 1, kCard, 100) + "," + claim(2, 1, kCard, 3'000) +
        "]}', ARRAY[2], ARRAY['00000000-0000-0100-0000-0000000000a1',"
        "'00000000-0000-0100-0000-0000000000a2']::uuid[], "
        "ARRAY['2026-01-01Z','2026-01-01Z']::timestamptz[])");

    EXPECT_THAT(rows("SELECT merchant_number FROM sluice.refund"), ElementsAre("R-1"));
    EXPECT_THAT(rows("SELECT refunded::text FROM sluice.orders"), ElementsAre("100"));
    EXPECT_THAT(
        rows("SELECT refunded::text FROM sluice.instruction ORDER BY id"),
        ElementsAre("100", "0", "0")
    );
}

TEST_F(ServicesSql, HoldsTheCapsAgainstAnyHand) {
    const auto instruction = [](const std::string& id, const std::string& refunded) {
        return "UPDATE sluice.instruction SET refunded = " + refunded + " WHERE id = '" + id + "'";
    };

    for (const std::string refunded : {"10001", "-1"}) {
        EXPECT_THAT(
            refused("UPDATE sluice.orders SET refunded = " + refunded),
            HasSubstr("orders_never_overrefunded")
        );
    }
    EXPECT_THAT(refused(instruction(kCard, "3001")), HasSubstr("instruction_never_overrefunded"));
    EXPECT_THAT(refused(instruction(kCard, "-1")), HasSubstr("not_negative"));
    EXPECT_THAT(refused(instruction(kPending, "1")), HasSubstr("instruction_refunds_what_came"));
    EXPECT_EQ(refused(instruction(kCard, "3000")), "");
    EXPECT_EQ(refused("UPDATE sluice.orders SET refunded = 10000"), "");
    EXPECT_THAT(
        refused("UPDATE sluice.orders SET paid = 9999"), HasSubstr("orders_never_overrefunded")
    );
    EXPECT_THAT(
        refused("UPDATE sluice.instruction SET status = 'refused' WHERE id = '" + kCard + "'"),
        HasSubstr("instruction_refunds_what_came")
    );
}

}  // namespace
}  // namespace sluice::testing
