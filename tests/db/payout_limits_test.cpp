// What limits payouts holds on the rows that it caps, whoever asks at the same moment, and makes
// room again for what did not pay.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/round_world.hpp"
#include "worker/ended_run.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using worker::Input;

constexpr int kSessions = 8;
constexpr int kTriesEach = 40;

/// What a payout asks of one sum.
struct Wish {
    int activation = 1;
    int ordinal = 1;
    std::string merchant = "shop";
    std::string kind = "merchant_day";
    std::string about;
    std::int64_t amount = 0;
    std::int64_t most = -1;  ///< below zero: any amount
};

std::string to_document(const std::vector<Wish>& wishes) {
    std::string list;
    for (const Wish& wish : wishes) {
        list += list.empty() ? "" : ",";
        list += R"({"i":)" + std::to_string(wish.activation) + R"(,"ordinal":)" +
                std::to_string(wish.ordinal) + R"(,"merchant":")" + wish.merchant +
                R"(","kind":")" + wish.kind + R"(","about":")" + wish.about +
                R"(","currency":"CNY","day":")" +
                (wish.kind == "order" ? "infinity" : "2026-01-01") + R"(","amount":)" +
                std::to_string(wish.amount) +
                (wish.most < 0 ? "" : R"(,"most":)" + std::to_string(wish.most)) + "}";
    }
    return R"({"limits":[)" + list + "]}";
}

class PayoutLimitsSql : public ::testing::Test {
  protected:
    /// "activation ordinal reason rest" of what has no room.
    static std::vector<std::string> refusals(
        db::Connection& session, const std::vector<Wish>& wishes
    ) {
        return rows(
            session,
            "SELECT activation || ' ' || ordinal || ' ' || reason || ' ' || rest "
            "FROM sluice.service_refusals('" +
                to_document(wishes) + "', '{}')"
        );
    }
    std::vector<std::string> refusals(const std::vector<Wish>& wishes) {
        return refusals(owner_, wishes);
    }
    static std::vector<std::string> rows(db::Connection& session, const std::string& sql) {
        const auto found = session.run(sql);
        EXPECT_TRUE(found.has_value()) << found.error().message;
        std::vector<std::string> texts;
        for (std::size_t i = 0; found && i < found->size(); ++i) {
            texts.emplace_back((*found)[i].text_or_empty(0));
        }
        return texts;
    }
    std::string value(const std::string& sql) { return rows(owner_, sql).at(0); }
    /// As commit_batch does it; whether there was room.
    static bool take(db::Connection& session, const std::vector<Wish>& wishes) {
        rows(session, "BEGIN");
        const bool has_room = refusals(session, wishes).empty();
        if (has_room) {
            rows(session, "SELECT sluice.write_payout_sums('" + to_document(wishes) + "', '{}')");
        }
        rows(session, has_room ? "COMMIT" : "ROLLBACK");
        return has_room;
    }
    void given_sum(std::int64_t amount) { ASSERT_TRUE(take(owner_, {{.amount = amount}})); }

    TestDatabase database_;
    db::Connection owner_ = database_.connect();
};

TEST_F(PayoutLimitsSql, TakeExactlyTheLimitAndNotOneMore) {
    EXPECT_THAT(refusals({{.amount = 1'000, .most = 1'000}}), IsEmpty());
    EXPECT_THAT(
        refusals({{.ordinal = 3, .amount = 1'001, .most = 1'000}}),
        ElementsAre("1 3 over_daily_limit 1000")
    );
    given_sum(600);
    EXPECT_THAT(refusals({{.amount = 400, .most = 1'000}}), IsEmpty());
    EXPECT_THAT(
        refusals({{.amount = 401, .most = 1'000}}), ElementsAre("1 1 over_daily_limit 400")
    );
    EXPECT_THAT(refusals({{.amount = 1, .most = 500}}), ElementsAre("1 1 over_daily_limit 0"))
        << "a limit that was lowered below what has gone leaves nothing";
    EXPECT_THAT(refusals({{.amount = 9'000}}), IsEmpty()) << "nothing is limited";
    EXPECT_THAT(
        refusals({{.kind = "order", .about = "o", .amount = 2, .most = 1}}),
        ElementsAre("1 1 over_compensation_limit 1")
    );
}

TEST_F(PayoutLimitsSql, CountTheActivationsOfABatchInTheirOrder) {
    EXPECT_THAT(
        refusals(
            {{.activation = 1, .amount = 600, .most = 1'000},
             {.activation = 2, .amount = 600, .most = 1'000},
             {.activation = 3, .amount = 400, .most = 1'000}}
        ),
        ElementsAre("2 1 over_daily_limit 400")
    );
    // The second finds no room for its payee: what it took of the merchant's is free again.
    EXPECT_THAT(
        refusals(
            {{.activation = 1, .ordinal = 1, .amount = 600, .most = 1'000},
             {.activation = 1,
              .ordinal = 2,
              .kind = "payee_day",
              .about = "k",
              .amount = 600,
              .most = 500},
             {.activation = 2, .ordinal = 1, .amount = 1'000, .most = 1'000}}
        ),
        ElementsAre("1 2 over_daily_limit 500")
    );
}

TEST_F(PayoutLimitsSql, KeepMerchantsPayeesAndDaysApart) {
    given_sum(1'000);
    const std::vector<Wish> others = {
        {.merchant = "other", .amount = 1'000, .most = 1'000},
        {.kind = "payee_day", .about = "k", .amount = 1'000, .most = 1'000},
        {.kind = "order", .about = "o", .amount = 1'000, .most = 1'000},
    };
    for (const Wish& other : others) {
        EXPECT_THAT(refusals({other}), IsEmpty()) << other.kind;
    }
    EXPECT_THAT(refusals({{.amount = 1, .most = 1'000}}), ElementsAre(HasSubstr("limit 0")));
}

TEST_F(PayoutLimitsSql, HoldWhateverIsAskedAtOnceAndNobodyWaitsForEver) {
    constexpr std::int64_t kMost = 1'000;
    std::atomic<int> taken{0};
    std::vector<std::thread> sessions;
    for (int session = 0; session < kSessions; ++session) {
        sessions.emplace_back([this, session, &taken] {
            db::Connection own = database_.connect();
            for (int turn = 0; turn < kTriesEach; ++turn) {
                // Two payees, now in one order and now in the other, of one merchant.
                const bool turned = (session + turn) % 2 == 0;
                const std::vector<Wish> wishes = {
                    {.activation = 1, .ordinal = 1, .amount = 10, .most = kMost},
                    {.activation = 1,
                     .ordinal = 2,
                     .kind = "payee_day",
                     .about = turned ? "a" : "b",
                     .amount = 10,
                     .most = kMost},
                    {.activation = 1,
                     .ordinal = 3,
                     .kind = "payee_day",
                     .about = turned ? "b" : "a",
                     .amount = 10,
                     .most = kMost},
                };
                taken += take(own, wishes) ? 1 : 0;
            }
        });
    }
    for (std::thread& session : sessions) {
        session.join();
    }

    EXPECT_EQ(taken, kMost / 10);
    EXPECT_EQ(
        value("SELECT string_agg(kind || ' ' || about || ' ' || amount, ', ' ORDER BY kind, about) "
              "FROM sluice.payout_sum"),
        "merchant_day  1000, payee_day a 1000, payee_day b 1000"
    );
}

TEST_F(PayoutLimitsSql, HoldAgainstAnyHand) {
    given_sum(1'000);
    db::Connection program = database_.connect({.statement_timeout = {}, .role = "sluice_app"});

    EXPECT_FALSE(program.run("UPDATE sluice.payout_sum SET amount = 0").has_value());
    EXPECT_FALSE(
        program.run("SELECT sluice.write_payout_sums('" + to_document({{.amount = 1}}) + "', '{}')")
            .has_value()
    ) << "the function has the rights of who calls it";
    EXPECT_FALSE(owner_.run("UPDATE sluice.payout_sum SET amount = -1").has_value());
}

/// Payouts through the worker: 1,000.00 a day for the merchant, 600.00 for a payee.
class PayoutLimitsRound : public ::testing::Test {
  protected:
    PayoutLimitsRound() { limit_to("70000", "60000"); }
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    void limit_to(const std::string& merchant_day, const std::string& payee_day) {
        auto files = world.release->files;
        files["scripts/risk/payout_limits.lua"] =
            "return { name = 'payout_limits', title = { en = 'L', zh = 'L' }, "
            "decide = function(facts) local currency = facts.amount:currency() return { "
            "merchant_day = money(" +
            merchant_day + ", currency), payee_day = money(" + payee_day +
            ", currency), order = money(500, currency), day_begins = 480, why = 'x' } end }";
        const auto release = script::build_release(std::move(files));
        ASSERT_TRUE(release.has_value()) << release.error().message;
        ASSERT_TRUE(world.policies->adopt(*release).has_value());
    }
    std::unique_ptr<worker::StartRun> payout(
        const std::string& number, std::int64_t minor, const std::string& payee = "k1"
    ) {
        auto start = std::make_unique<worker::StartRun>();
        auto& subject = start->picture.subject;
        subject.id = RunId::generate(world.clock.now(), Bucket{3}, world.random);
        subject.service = payment::Service::payout;
        subject.merchant_id = "shop";
        subject.number = number;
        subject.flow = "payout";
        subject.amount = Money{minor, cny()};
        payment::Payout details;
        details.from = {card, "2002"};
        details.fee = Money{100, cny()};
        details.method = "bank_card";
        details.payee.set("name", "Zhang San");
        details.payee_key = payee;
        start->picture.details = std::move(details);
        return start;
    }
    RunId begin(const std::string& number, std::int64_t minor, const std::string& payee = "k1") {
        return world.begin(payout(number, minor, payee));
    }
    std::string status_of(RunId id) {
        return world.value(
            "SELECT trim(status || ' ' || failure_code) FROM sluice.payout WHERE id = '" +
            id.raw().to_uuid() + "'"
        );
    }
    /// "merchant_day 2026-01-01 50000, ..."
    std::string sums() {
        return world.value(
            "SELECT coalesce(string_agg(kind || ' ' || about || ' ' || day || ' ' || amount, ', ' "
            "ORDER BY day, kind, about), '') FROM sluice.payout_sum"
        );
    }
    void answer(payment::Outcome outcome) {
        std::vector<Input> inputs;
        inputs.push_back(world.answer(std::move(outcome)));
        ASSERT_TRUE(world.process(std::move(inputs)).has_value());
    }
    static payment::Outcome refused() {
        payment::Outcome outcome = RoundWorld::outcome(OutcomeKind::refused);
        outcome.code = "PAYEE_UNKNOWN";
        return outcome;
    }

    RoundWorld world;
    AccountId card = world.given_card(1'000'000);
};

TEST_F(PayoutLimitsRound, LetAsManyOfABatchLeaveAsThereIsRoomFor) {
    std::vector<Input> inputs;
    for (int i = 0; i < 30; ++i) {
        inputs.push_back(
            world.start_of(payout("P-" + std::to_string(i), 10'000, "payee-" + std::to_string(i)))
        );
    }
    ASSERT_TRUE(world.process(std::move(inputs)).has_value());

    EXPECT_EQ(
        world.value("SELECT string_agg(status || ' ' || failure_code || ' ' || n, ', ') FROM ("
                    "SELECT status, failure_code, count(*) AS n FROM sluice.payout "
                    "GROUP BY status, failure_code ORDER BY status) t"),
        "failed over_daily_limit 23, pending  7"
    );
    EXPECT_EQ(world.sent.size(), 7U) << "the others asked no channel";
    EXPECT_EQ(
        world.value("SELECT sum(amount)::text FROM sluice.payout_sum WHERE kind = 'merchant_day'"),
        "70000"
    );
    EXPECT_THAT(world.alarms, IsEmpty());
}

TEST_F(PayoutLimitsRound, SayWhichLimitItIsAndWhatIsLeft) {
    begin("P-1", 50'000);

    const RunId second = begin("P-2", 10'001);
    const RunId third = begin("P-3", 20'001, "k2");

    EXPECT_EQ(status_of(second), "failed over_daily_limit");
    EXPECT_EQ(status_of(third), "failed over_daily_limit");
    EXPECT_EQ(
        world.value("SELECT string_agg(failure_message, '; ' ORDER BY merchant_number) "
                    "FROM sluice.payout WHERE status = 'failed'"),
        "payouts to the payee on 2026-01-01 are limited to 600.00 CNY, 100.00 CNY are left, "
        "wanted 100.01 CNY; payouts of the merchant on 2026-01-01 are limited to 700.00 CNY, "
        "200.00 CNY are left, wanted 200.01 CNY"
    );
    EXPECT_EQ(
        sums(),
        "merchant_day  2026-01-01 50000, payee_day k1 2026-01-01 50000, "
        "payee_day k2 2026-01-01 0"
    );
    EXPECT_EQ(status_of(begin("P-4", 10'000)), "pending") << "exactly what is left";
}

TEST_F(PayoutLimitsRound, BeginAnewWithTheMerchantsDay) {
    begin("P-1", 60'000);
    EXPECT_EQ(status_of(begin("P-2", 60'000)), "failed over_daily_limit");

    // It is 8 in the morning in China; 15 hours and 59 minutes later the day is still the same.
    world.clock.advance(std::chrono::minutes(16 * 60 - 1));
    EXPECT_EQ(status_of(begin("P-3", 60'000)), "failed over_daily_limit");
    world.clock.advance(std::chrono::minutes(1));
    EXPECT_EQ(status_of(begin("P-4", 60'000)), "pending");
    EXPECT_THAT(sums(), HasSubstr("merchant_day  2026-01-02 60000"));
}

TEST_F(PayoutLimitsRound, HaveTheRoomAgainOfWhatFailedOrCameBackAlsoAnotherDay) {
    const RunId failed = begin("P-1", 60'000);
    answer(refused());
    EXPECT_EQ(status_of(failed), "failed PAYEE_UNKNOWN");
    EXPECT_EQ(sums(), "merchant_day  2026-01-01 0, payee_day k1 2026-01-01 0");

    const RunId paid = begin("P-2", 60'000);
    answer(world.paid());
    EXPECT_EQ(status_of(paid), "succeeded");
    const payment::Instruction instruction = world.sent.back().instruction;
    world.clock.advance(std::chrono::hours(24));
    EXPECT_EQ(status_of(begin("P-3", 60'000)), "pending");
    Input back;
    back.kind = Input::Kind::callback;
    payment::Outcome returned = RoundWorld::outcome(OutcomeKind::returned);
    returned.number = instruction.id.raw().to_string();
    returned.merchant = instruction.merchant;
    returned.amount = instruction.amount;
    back.callback = RoundWorld::told(instruction, returned);
    std::vector<Input> inputs;
    inputs.push_back(std::move(back));
    ASSERT_TRUE(world.process(std::move(inputs)).has_value());

    EXPECT_EQ(status_of(paid), "returned");
    EXPECT_EQ(
        sums(),
        "merchant_day  2026-01-01 0, payee_day k1 2026-01-01 0, "
        "merchant_day  2026-01-02 60000, payee_day k1 2026-01-02 60000"
    );
}

TEST_F(PayoutLimitsRound, CountNothingOfWhatTheAccountCannotPay) {
    const RunId poor = world.begin([this] {
        auto start = payout("P-1", 50'000);
        std::get<payment::Payout>(start->picture.details).from.id = world.given_card(50'000);
        return start;
    }());

    EXPECT_EQ(status_of(poor), "failed insufficient_balance");
    EXPECT_EQ(world.value("SELECT coalesce(sum(amount), 0)::text FROM sluice.payout_sum"), "0");
}

TEST_F(PayoutLimitsRound, GiveTheRoomOfWhatTheAccountCannotPayToTheNextOfTheBatch) {
    auto poor = payout("P-1", 50'000);
    std::get<payment::Payout>(poor->picture.details).from.id = world.given_card(50'000);
    std::unique_ptr<worker::StartRun> starts[] = {
        payout("P-0", 10'000, "k0"),
        std::move(poor),
        payout("P-2", 60'000, "k2"),
        payout("P-3", 10'001, "k3")
    };
    std::vector<RunId> ids;
    std::vector<Input> inputs;
    for (auto& start : starts) {
        ids.push_back(start->picture.subject.id);
        inputs.push_back(world.start_of(std::move(start)));
    }

    ASSERT_TRUE(world.process(std::move(inputs)).has_value());

    EXPECT_EQ(status_of(ids[0]), "pending");
    EXPECT_EQ(status_of(ids[1]), "failed insufficient_balance");
    EXPECT_EQ(status_of(ids[2]), "pending") << "700.00 a day less the 100.00 of the first";
    EXPECT_EQ(status_of(ids[3]), "failed over_daily_limit");
    EXPECT_THAT(sums(), HasSubstr("merchant_day  2026-01-01 70000"));
    EXPECT_EQ(world.sent.size(), 2U);
    EXPECT_THAT(world.alarms, IsEmpty());
}

TEST_F(PayoutLimitsRound, CountAPayoutOnceHoweverLongItIsUnknown) {
    const RunId unknown = begin("P-1", 60'000);
    answer(RoundWorld::outcome(OutcomeKind::unknown));
    world.reopen();
    world.clock.advance(std::chrono::hours(1));
    ASSERT_TRUE(world.process(world.due()).has_value());

    EXPECT_EQ(status_of(unknown), "pending");
    EXPECT_EQ(sums(), "merchant_day  2026-01-01 60000, payee_day k1 2026-01-01 60000")
        << "nobody knows, so it may have gone";
    EXPECT_EQ(status_of(begin("P-2", 1)), "failed over_daily_limit");
}

}  // namespace
}  // namespace sluice::testing
