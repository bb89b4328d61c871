#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::decision {

/// What flows may rely on in a policy's answer. Made once for a list of candidates; immutable.
class AnswerRules {
  public:
    explicit AnswerRules(const Value& candidates);

    /// Every answer is a record. `risk` and `..._risk`: `allowed` is true, or false with `code` and
    /// `message`. `route` and `..._route`: `accounts` names some of the candidates with channel and
    /// reason and none that belongs to another merchant, `dropped` all others with a reason.
    /// `..._approval`: `needed` people, 0 to 10, and `why`, and the `role` of those people, also
    /// when nobody is asked. `payout_limits`: how much may leave in all, in the payout's currency,
    /// when the merchant's day begins, and `why`. `spread`: `parts` of the facts' `sources` that
    /// add up to their `amount`. `script` tells what is wrong and what is wanted.
    [[nodiscard]] Result<void> check(
        std::string_view policy, const Value& facts, const Value& answer
    ) const;

  private:
    struct Candidate {
        std::string name;
        std::string channel;
        std::string merchant_id;  ///< whose money alone goes over it; empty: everybody's
    };
    /// One candidate each: whether the answer has named it.
    using Named = std::vector<bool>;

    [[nodiscard]] Result<void> check_route(
        std::string_view policy, const Value& facts, const Value& answer
    ) const;
    [[nodiscard]] Result<void> check_merchant(
        std::string_view policy, const Value& facts, const Value& answer
    ) const;
    [[nodiscard]] Result<void> check_list(
        std::string_view policy, const Value& answer, std::string_view list, Named& named
    ) const;
    [[nodiscard]] Result<void> check_entry(
        std::string_view policy, const Value& entry, std::string_view list, Named& named
    ) const;
    [[nodiscard]] std::size_t position_of(std::vector<Candidate>::const_iterator found) const {
        return static_cast<std::size_t>(found - candidates_.begin());
    }
    [[nodiscard]] std::string names() const;

    std::vector<Candidate> candidates_;
};

}  // namespace sluice::decision
