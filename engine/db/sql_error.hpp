#pragma once

#include <string_view>

#include "core/error.hpp"

namespace sluice::db {

/// How far a statement had come when it failed.
enum class Progress {
    nothing_sent,  ///< the server cannot have begun to act
    under_way,     ///< the server may have acted
};

/// What an answer with this SQLSTATE says about the fate of the statement. An empty SQLSTATE means
/// that the line broke without an answer. Pure.
[[nodiscard]] ErrorCode classify_sqlstate(std::string_view sqlstate, Progress progress);

}  // namespace sluice::db
