#pragma once

#include <string_view>

#include "payment/operation.hpp"

// The words that timelines are made of, in the two languages of the product. Each function gives
// the word itself when nobody taught it.

namespace sluice::gateway {

struct Word {
    std::string_view word;
    std::string_view en;
    std::string_view zh;
};

/// What a channel answered about money that moves this way.
[[nodiscard]] Word outcome_word(payment::Purpose purpose, std::string_view kind);
/// What a channel was asked for, by the operation.
[[nodiscard]] Word question_word(std::string_view operation);
/// How an instruction or what a run carries stands.
[[nodiscard]] Word status_word(std::string_view status);
/// What was done to an account of ours.
[[nodiscard]] Word account_step_word(std::string_view step);
/// An account of the general ledger.
[[nodiscard]] Word ledger_account_word(std::string_view gl);
/// A money service.
[[nodiscard]] Word service_word(std::string_view service);

}  // namespace sluice::gateway
