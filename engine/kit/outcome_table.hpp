#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kit/rehearsal.hpp"

namespace sluice::kit {

/// A row of the table in a channel's README: what each word of the channel means.
struct OutcomeRow {
    std::size_t line = 0;  ///< of the README, from 1
    std::string operation;
    std::string http;  ///< "200", or "-" where nothing is sent
    std::string outcome;
    std::string fixture;
};

/// The rows of every table headed Operation, HTTP, anything, Outcome, Fixture.
[[nodiscard]] std::vector<OutcomeRow> outcome_table(std::string_view readme);

/// What the table and the recorded messages do not say alike, a sentence each: a row without a
/// message, a message without a row or with two, another operation, status or outcome.
[[nodiscard]] std::vector<std::string> compare_table(
    const std::vector<OutcomeRow>& rows, const std::vector<Played>& recorded
);

}  // namespace sluice::kit
