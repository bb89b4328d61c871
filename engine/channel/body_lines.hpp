#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.hpp"

namespace sluice::channel {

/// A JSON body that speaks of many instructions, taken apart into what it says of each: the
/// timeline of one payout shows no other's payee.
class BodyLines {
  public:
    /// `numbers` are those of the instructions. The list that is looked for is the first of records
    /// of which one names one of them.
    BodyLines(std::string_view body, std::span<const std::string> numbers);

    /// The body as it speaks of the instruction at `index`: of that list only what names it, and
    /// how many others there are. nullopt when the body is no JSON or has no such list.
    [[nodiscard]] std::optional<std::string> of(std::size_t index) const;

  private:
    Value around_;                             ///< the body with an empty list
    std::vector<std::string> path_;            ///< to the list, by names of members
    std::vector<std::vector<Value>> by_line_;  ///< elements by instruction
    std::size_t elements_ = 0;                 ///< of the list; 0: there is none
};

}  // namespace sluice::channel
