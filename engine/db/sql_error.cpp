#include "db/sql_error.hpp"

#include <algorithm>
#include <array>

namespace sluice::db {
namespace {

// The server answered and the transaction is rolled back for certain: the same statement may be
// sent again. 25006: the server has become a standby and writes nothing.
constexpr std::array<std::string_view, 5> kRolledBack = {
    "40001", "40P01", "55P03", "57014", "25006"
};

bool session_ended(std::string_view sqlstate) {
    return sqlstate.empty() || sqlstate.starts_with("08") || sqlstate.starts_with("57P") ||
           sqlstate == "40003" || sqlstate == "25P03";
}

}  // namespace

ErrorCode classify_sqlstate(std::string_view sqlstate, Progress progress) {
    if (session_ended(sqlstate)) {
        return progress == Progress::under_way ? ErrorCode::unknown : ErrorCode::unavailable;
    }
    if (sqlstate.starts_with("53") ||
        std::ranges::find(kRolledBack, sqlstate) != kRolledBack.end()) {
        return ErrorCode::unavailable;
    }
    return ErrorCode::corrupt;
}

}  // namespace sluice::db
