#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "faults/matrix_shop.hpp"

namespace sluice::testing {

/// What people find of a message that was not true, or of money that came back, beside the end of
/// what it was about.
struct MatrixTrace {
    enum class Left {
        nothing,
        conflict,             ///< an open case of it, and a task that asks what happened
        conflict_of_payment,  ///< the same of the payment that was given back, which is over
        returned,             ///< an open case of what came back, and a task
        doubted_answer,       ///< in its timeline, as an answer that nobody believed
        refused_notice,       ///< counted among the notices that were refused
    };
    Left left = Left::nothing;
    /// What is said of it: in the case, as the answer's code, as the reason of the refusal.
    std::string_view words = {};
};

/// Throws for a lie of which nobody has said what it leaves.
[[nodiscard]] MatrixTrace trace_of(const MatrixCell& cell, const MatrixProtocol& protocol);

/// Each trace that is not there, and each case and refused notice that nothing accounts for.
[[nodiscard]] std::vector<std::string> wrong_traces(
    Cluster& cluster, const MatrixProtocol& protocol, const std::vector<MatrixCase>& ended
);

}  // namespace sluice::testing
