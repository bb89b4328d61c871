#include "db/sql_error.hpp"

#include <gtest/gtest.h>

namespace sluice::db {
namespace {

TEST(SqlState, TellsWhatBecameOfAStatementUnderWay) {
    struct Case {
        const char* sqlstate;
        ErrorCode expected;
    };
    const Case cases[] = {
        {"40001", ErrorCode::unavailable},  // serialization
        {"40P01", ErrorCode::unavailable},  // deadlock
        {"55P03", ErrorCode::unavailable},  // lock not available
        {"57014", ErrorCode::unavailable},  // cancelled, statement timeout
        {"25006", ErrorCode::unavailable},  // read-only: a standby
        {"53100", ErrorCode::unavailable},  // disk full
        {"53300", ErrorCode::unavailable},  // too many connections
        {"", ErrorCode::unknown},           // the line broke
        {"57P01", ErrorCode::unknown},      // administrator shutdown
        {"57P02", ErrorCode::unknown},      // crash shutdown
        {"57P03", ErrorCode::unknown},      // starting up
        {"08006", ErrorCode::unknown},      // connection failure
        {"40003", ErrorCode::unknown},      // completion unknown
        {"23505", ErrorCode::corrupt},      // unique violation
        {"23514", ErrorCode::corrupt},      // check violation
        {"22021", ErrorCode::corrupt},      // bad encoding
        {"42601", ErrorCode::corrupt},      // syntax
        {"SL001", ErrorCode::corrupt},      // one of our own
    };
    for (const Case& one : cases) {
        EXPECT_EQ(classify_sqlstate(one.sqlstate, Progress::under_way), one.expected)
            << one.sqlstate;
    }
}

TEST(SqlState, ALineThatBrokeBeforeSendingDidNothing) {
    for (const char* sqlstate : {"", "57P01", "57P03", "08006"}) {
        EXPECT_EQ(classify_sqlstate(sqlstate, Progress::nothing_sent), ErrorCode::unavailable)
            << sqlstate;
    }
    EXPECT_EQ(classify_sqlstate("42601", Progress::nothing_sent), ErrorCode::corrupt);
}

}  // namespace
}  // namespace sluice::db
