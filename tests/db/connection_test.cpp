#include "db/connection.hpp"

#include <array>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "support/test_database.hpp"

namespace sluice::db {
namespace {

using namespace std::string_view_literals;
using sluice::testing::TestDatabase;

constexpr Time kMoment{std::chrono::microseconds{1'795'233'877'123'456}};

class Session : public ::testing::Test {
  protected:
    void terminate(int backend) {
        Connection other = database_.connect();
        const Result<Rows> done =
            other.run("SELECT pg_terminate_backend(" + std::to_string(backend) + ", 5000)");
        ASSERT_TRUE(done.has_value()) << done.error().message;
    }
    /// Blocks until a statement of that session waits or runs.
    void wait_until_active(int backend) {
        Connection other = database_.connect();
        const std::string sql = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND pid = " +
                                std::to_string(backend);
        while (other.run(sql)->empty()) {
            std::this_thread::yield();
        }
    }
    static ErrorCode code_of(const Result<Rows>& result) {
        EXPECT_FALSE(result.has_value());
        return result ? ErrorCode::invalid : result.error().code;
    }

    TestDatabase database_{TestDatabase::Content::empty};
    Connection connection_ = database_.connect();
};

TEST_F(Session, GivesBackEveryKindOfParameter) {
    constexpr Statement kEcho = {
        "echo",
        "SELECT $1::bigint, $2::boolean, $3::text, $4::uuid, $5::timestamptz, $6::text, $7::integer"
    };
    const Id128 id{0x0123456789abcdefULL, 0xfedcba9876543210ULL};

    const Result<Rows> rows =
        connection_.execute(kEcho, {INT64_MIN, true, "银行 'quoted' \\", id, kMoment, nullptr, 7});

    ASSERT_TRUE(rows.has_value()) << rows.error().message;
    const Row row = (*rows)[0];
    EXPECT_EQ(row.int64(0), INT64_MIN);
    EXPECT_TRUE(row.boolean(1));
    EXPECT_EQ(row.text(2), "银行 'quoted' \\");
    EXPECT_EQ(row.uuid(3), id);
    EXPECT_EQ(row.time(4), kMoment);
    EXPECT_TRUE(row.is_null(5));
    EXPECT_EQ(row.text_or_empty(5), "");
    EXPECT_EQ(row.int64(6), 7);
}

TEST_F(Session, ReadsTimesOfAnyPrecision) {
    const Result<Rows> rows = connection_.run(
        "SELECT t::timestamptz FROM (VALUES ('1969-12-31 23:59:59.5Z'), ('2026-02-28 12:00:00Z'),"
        " ('2026-02-28 12:00:00.000001Z')) v (t)"
    );

    ASSERT_TRUE(rows.has_value()) << rows.error().message;
    EXPECT_EQ((*rows)[0].time(0).time_since_epoch().count(), -500'000);
    EXPECT_EQ(format_rfc3339((*rows)[1].time(0)), "2026-02-28T12:00:00Z");
    EXPECT_EQ(format_rfc3339((*rows)[2].time(0)), "2026-02-28T12:00:00.000001Z");
}

TEST_F(Session, SendsArraysOfEveryType) {
    constexpr std::string_view kBytes("\0\x7f\xff'\\", 5);
    constexpr Statement kEcho = {
        "echo_arrays",
        "SELECT * FROM unnest($1::smallint[], $2::integer[], $3::bigint[], $4::text[],"
        " $5::boolean[], $6::uuid[], $7::timestamptz[], $8::bytea[])"
    };
    ArrayBuilder int16(ArrayType::int16);
    ArrayBuilder int32(ArrayType::int32);
    ArrayBuilder int64(ArrayType::int64);
    ArrayBuilder text(ArrayType::text);
    ArrayBuilder boolean(ArrayType::boolean);
    ArrayBuilder uuid(ArrayType::uuid);
    ArrayBuilder time(ArrayType::timestamptz);
    ArrayBuilder bytes(ArrayType::bytes);
    int16.append(-5);
    int32.append(70'000);
    int64.append(INT64_MAX);
    text.append("{\"',\\ 支付}");
    boolean.append(true);
    uuid.append(Id128{1, 2});
    time.append(kMoment);
    bytes.append(kBytes);
    for (ArrayBuilder* each : {&int16, &int32, &int64, &text, &boolean, &uuid, &time, &bytes}) {
        each->append_null();
    }

    const Result<Rows> rows =
        connection_.execute(kEcho, {int16, int32, int64, text, boolean, uuid, time, bytes});

    ASSERT_TRUE(rows.has_value()) << rows.error().message;
    ASSERT_EQ(rows->size(), 2U);
    const Row row = (*rows)[0];
    EXPECT_EQ(row.int64(0), -5);
    EXPECT_EQ(row.int64(1), 70'000);
    EXPECT_EQ(row.int64(2), INT64_MAX);
    EXPECT_EQ(row.text(3), "{\"',\\ 支付}");
    EXPECT_TRUE(row.boolean(4));
    EXPECT_EQ(row.uuid(5), (Id128{1, 2}));
    EXPECT_EQ(row.time(6), kMoment);
    EXPECT_EQ(row.bytes(7), kBytes);
    for (int column = 0; column < 8; ++column) {
        EXPECT_TRUE((*rows)[1].is_null(column)) << column;
    }
}

TEST_F(Session, AnEmptyArrayIsEmptyAndNotNull) {
    const ArrayBuilder none(ArrayType::uuid);

    const Result<Rows> rows =
        connection_.execute({"cardinality", "SELECT cardinality($1::uuid[])"}, {none});

    ASSERT_TRUE(rows.has_value()) << rows.error().message;
    EXPECT_EQ((*rows)[0].int64(0), 0);
}

TEST_F(Session, RefusesANulBeforeSendingAnything) {
    ArrayBuilder texts(ArrayType::text);
    texts.append("a\0b"sv);

    EXPECT_EQ(
        code_of(connection_.execute({"one", "SELECT $1::text"}, {"a\0b"sv})), ErrorCode::invalid
    );
    EXPECT_EQ(
        code_of(connection_.execute({"many", "SELECT $1::text[]"}, {texts})), ErrorCode::invalid
    );
    EXPECT_EQ(code_of(connection_.run("SELECT 1;\0 SELECT 2"sv)), ErrorCode::invalid);
    EXPECT_TRUE(connection_.is_open());
}

TEST_F(Session, ARefusedStatementCarriesItsSqlstateAndLeavesTheSessionUsable) {
    const Result<Rows> broken = connection_.execute({"divide", "SELECT 1 / $1::integer"}, {0});

    ASSERT_EQ(code_of(broken), ErrorCode::corrupt);
    EXPECT_EQ(broken.error().context, "22012");
    EXPECT_NE(broken.error().message.find("divide"), std::string::npos) << broken.error().message;
    EXPECT_EQ(broken.error().message.find('\n'), std::string::npos) << broken.error().message;
    EXPECT_TRUE(connection_.execute({"divide", "SELECT 1 / $1::integer"}, {1}).has_value());
}

TEST_F(Session, AStatementOverItsTimeIsSurelyNotDone) {
    Connection hurried =
        database_.connect({.statement_timeout = std::chrono::milliseconds(20), .role = ""});

    EXPECT_EQ(code_of(hurried.run("SELECT pg_sleep(20)")), ErrorCode::unavailable);
    EXPECT_TRUE(hurried.is_open());
}

TEST_F(Session, ALockThatCannotBeHadIsSurelyNotDone) {
    ASSERT_TRUE(connection_.run("CREATE TABLE t ()").has_value());
    ASSERT_TRUE(connection_.run("BEGIN; LOCK t").has_value());
    Connection other = database_.connect();

    EXPECT_EQ(code_of(other.run("BEGIN; LOCK t NOWAIT")), ErrorCode::unavailable);
}

TEST_F(Session, LosingItWhileAStatementRunsLeavesTheFateUnknown) {
    const int backend = connection_.backend_pid();
    std::future<Result<Rows>> running =
        std::async(std::launch::async, [&] { return connection_.run("SELECT pg_sleep(60)"); });
    wait_until_active(backend);

    terminate(backend);

    const Result<Rows> answer = running.get();
    EXPECT_EQ(code_of(answer), ErrorCode::unknown);
    EXPECT_FALSE(connection_.is_open());
}

TEST_F(Session, LosingItWhileIdleIsSurelyNotDoneAndItNeverComesBack) {
    terminate(connection_.backend_pid());

    EXPECT_EQ(code_of(connection_.run("SELECT 1")), ErrorCode::unavailable);
    EXPECT_EQ(code_of(connection_.execute({"one", "SELECT 1"})), ErrorCode::unavailable);
    EXPECT_FALSE(connection_.check_open());
}

TEST_F(Session, ASessionLockDiesWithItsSession) {
    ASSERT_TRUE(connection_.run("SELECT pg_advisory_lock(42)").has_value());
    Connection other = database_.connect();
    ASSERT_FALSE((*other.run("SELECT pg_try_advisory_lock(42)"))[0].boolean(0));

    terminate(connection_.backend_pid());

    EXPECT_TRUE((*other.run("SELECT pg_try_advisory_lock(42)"))[0].boolean(0));
}

TEST_F(Session, KnowsWhetherATransactionIsOpen) {
    EXPECT_FALSE(connection_.in_transaction());
    ASSERT_TRUE(connection_.run("BEGIN").has_value());
    EXPECT_TRUE(connection_.in_transaction());
    ASSERT_FALSE(connection_.run("SELECT 1 / 0").has_value());
    EXPECT_TRUE(connection_.in_transaction());
    ASSERT_TRUE(connection_.run("ROLLBACK").has_value());
    EXPECT_FALSE(connection_.in_transaction());
}

TEST_F(Session, CountsTheRowsAStatementChanged) {
    ASSERT_TRUE(connection_.run("CREATE TABLE t (n integer)").has_value());

    const Result<Rows> added = connection_.run("INSERT INTO t VALUES (1), (2), (3)");

    ASSERT_TRUE(added.has_value()) << added.error().message;
    EXPECT_EQ(added->affected(), 3);
    EXPECT_TRUE(added->empty());
}

TEST(OpeningASession, RepeatsNoPartOfAConninfoItCannotRead) {
    for (const char* conninfo :
         {"host=/tmp password=one hidden",
          "postgres://user:hidden@[::1/db",
          "postgres://user:hidden?x%zz",
          "postgres://user:p@hidden@host/db"}) {
        const Result<Connection> refused = Connection::open(conninfo);
        ASSERT_FALSE(refused.has_value()) << conninfo;
        EXPECT_EQ(refused.error().code, ErrorCode::invalid) << refused.error().message;
        EXPECT_EQ(refused.error().message.find("hidden"), std::string::npos)
            << refused.error().message;
    }
}

TEST(OpeningASession, TellsAnUnreadableConninfoFromAnAbsentServer) {
    const Result<Connection> unreadable = Connection::open("host=/tmp colour=blue");
    const Result<Connection> absent = Connection::open("host=/nonexistent dbname=x");

    ASSERT_FALSE(unreadable.has_value());
    EXPECT_EQ(unreadable.error().code, ErrorCode::invalid);
    ASSERT_FALSE(absent.has_value());
    EXPECT_EQ(absent.error().code, ErrorCode::unavailable);
}

constexpr Statement kSlowEcho = {"slow_echo", "SELECT $1::text FROM pg_sleep(0.05)"};

constexpr Statement kLockedEcho = {"locked_echo", "SELECT $1::text FROM pg_advisory_lock(7)"};

TEST_F(Session, TakesTheAnswerLater) {
    Connection other = database_.connect();
    ASSERT_TRUE(other.run("SELECT pg_advisory_lock(7)").has_value());
    std::string text = "later";
    const std::array<Parameter, 1> parameters{std::string_view(text)};

    ASSERT_TRUE(connection_.send(kLockedEcho, parameters).has_value());
    text = "other";
    EXPECT_FALSE(connection_.has_answer());
    EXPECT_GE(connection_.socket(), 0);
    ASSERT_TRUE(other.run("SELECT pg_advisory_unlock(7)").has_value());
    const Result<Rows> rows = connection_.take_answer();

    ASSERT_TRUE(rows.has_value()) << rows.error().message;
    EXPECT_EQ((*rows)[0].text(0), "later");
    EXPECT_TRUE(connection_.run("SELECT 1").has_value()) << "free for the next one";
}

TEST_F(Session, DoesNotBlockOnAnAnswerThatIsThere) {
    const std::array<Parameter, 1> parameters{std::string_view("here")};
    ASSERT_TRUE(connection_.send(kSlowEcho, parameters).has_value());
    while (!connection_.has_answer()) {
        std::this_thread::yield();
    }

    EXPECT_EQ((*connection_.take_answer())[0].text(0), "here");
}

TEST_F(Session, TellsLaterWhyTheServerRefused) {
    constexpr Statement kDivide = {"divide", "SELECT 1 / $1::integer"};
    const std::array<Parameter, 1> parameters{std::int64_t{0}};
    ASSERT_TRUE(connection_.send(kDivide, parameters).has_value());

    const Result<Rows> rows = connection_.take_answer();

    EXPECT_EQ(code_of(rows), ErrorCode::corrupt);
    EXPECT_EQ(rows.error().context, "22012");
    EXPECT_TRUE(connection_.is_open());
}

TEST_F(Session, DoesNotKnowWhatBecameOfAStatementUnderWayWhenItWasLost) {
    constexpr Statement kLong = {"long", "SELECT $1::text FROM pg_sleep(60)"};
    const std::array<Parameter, 1> parameters{std::string_view("x")};
    ASSERT_TRUE(connection_.send(kLong, parameters).has_value());

    terminate(connection_.backend_pid());
    const Result<Rows> rows = connection_.take_answer();

    EXPECT_EQ(code_of(rows), ErrorCode::unknown);
    EXPECT_FALSE(connection_.is_open());
    EXPECT_EQ(connection_.send(kSlowEcho, parameters).error().code, ErrorCode::unavailable)
        << "nothing was sent";
}

TEST_F(Session, SendsNothingWithATextThatHoldsNul) {
    const std::array<Parameter, 1> parameters{"a\0b"sv};

    EXPECT_EQ(connection_.send(kSlowEcho, parameters).error().code, ErrorCode::invalid);
    EXPECT_TRUE(connection_.run("SELECT 1").has_value());
}

}  // namespace
}  // namespace sluice::db
