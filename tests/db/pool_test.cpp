#include "db/pool.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "support/test_database.hpp"

namespace sluice::db {
namespace {

using sluice::testing::TestDatabase;

class ReaderPool : public ::testing::Test {
  protected:
    static std::int64_t session_of(Pool::Lease& lease) {
        return (*lease->run("SELECT pg_backend_pid()"))[0].int64(0);
    }

    TestDatabase database_{TestDatabase::Content::empty};
    Pool pool_{
        database_.conninfo(),
        {.connections_max = 2, .wait_max = std::chrono::milliseconds(10), .connection = {}}
    };
};

TEST_F(ReaderPool, UsesASessionAgain) {
    std::int64_t first = 0;
    {
        Result<Pool::Lease> lease = pool_.acquire();
        ASSERT_TRUE(lease.has_value()) << lease.error().message;
        first = session_of(*lease);
    }

    Result<Pool::Lease> again = pool_.acquire();

    EXPECT_EQ(session_of(*again), first);
}

TEST_F(ReaderPool, KeepsToIndexesOfTablesThatWereEmptyWhenThePlanWasMade) {
    Connection owner = database_.connect();
    ASSERT_TRUE(owner.run("CREATE TABLE growing (id bigint PRIMARY KEY)").has_value());
    ASSERT_TRUE(owner.run("VACUUM ANALYZE growing").has_value());
    const auto plan = [](Connection& session) {
        const auto rows = session.run("EXPLAIN SELECT 1 FROM growing WHERE id = 1");
        return std::string(rows.value()[0].text(0));
    };

    Result<Pool::Lease> lease = pool_.acquire();

    EXPECT_EQ(plan(**lease).find("Seq Scan"), std::string::npos) << plan(**lease);
    EXPECT_NE(plan(owner).find("Seq Scan"), std::string::npos) << "a session as it comes does not";
}

TEST_F(ReaderPool, GivesUpWhenEverySessionStaysBusy) {
    const Result<Pool::Lease> one = pool_.acquire();
    std::optional<Result<Pool::Lease>> two(pool_.acquire());

    const Result<Pool::Lease> refused = pool_.acquire();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);

    two.reset();
    EXPECT_TRUE(pool_.acquire().has_value());
}

TEST_F(ReaderPool, ReplacesASessionThatWasLost) {
    std::int64_t lost = 0;
    {
        Result<Pool::Lease> lease = pool_.acquire();
        lost = session_of(*lease);
    }
    Connection other = database_.connect();
    ASSERT_TRUE(
        other.run("SELECT pg_terminate_backend(" + std::to_string(lost) + ", 5000)").has_value()
    );

    Result<Pool::Lease> fresh = pool_.acquire();

    ASSERT_TRUE(fresh.has_value()) << fresh.error().message;
    EXPECT_NE(session_of(*fresh), lost);
}

TEST_F(ReaderPool, ThrowsAwayASessionLeftInsideATransaction) {
    std::int64_t first = 0;
    {
        Result<Pool::Lease> lease = pool_.acquire();
        first = session_of(*lease);
        ASSERT_TRUE((*lease)->run("BEGIN").has_value());
    }

    Result<Pool::Lease> fresh = pool_.acquire();

    EXPECT_NE(session_of(*fresh), first);
}

TEST(PoolWithoutServer, SaysSoAndKeepsItsPlaces) {
    Pool pool(
        "host=/nonexistent dbname=x",
        {.connections_max = 1, .wait_max = std::chrono::milliseconds(10), .connection = {}}
    );

    for (int attempt = 0; attempt < 3; ++attempt) {
        const Result<Pool::Lease> refused = pool.acquire();
        ASSERT_FALSE(refused.has_value());
        EXPECT_NE(refused.error().message.find("no session"), std::string::npos)
            << refused.error().message;
    }
}

}  // namespace
}  // namespace sluice::db
