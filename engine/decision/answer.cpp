#include "decision/answer.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/cut_text.hpp"

namespace sluice::decision {
namespace {

constexpr std::size_t kShown = 64;

std::unexpected<Error> wrong(std::string_view policy, const std::string& what) {
    return fail(ErrorCode::script, "policy '" + std::string(policy) + "' " + what);
}

std::string kind_of(const Value* value) {
    return value == nullptr ? "nothing" : "a " + std::string(value->kind_name());
}

Result<void> check_risk(const Value& answer) {
    const Value* allowed = answer.find("allowed");
    if (allowed == nullptr || allowed->as_bool() == nullptr) {
        return wrong(
            "risk", "answered 'allowed' with " + kind_of(allowed) + ", wanted true or false"
        );
    }
    const bool explained =
        !answer.text_or_empty("code").empty() && !answer.text_or_empty("message").empty();
    if (!*allowed->as_bool() && !explained) {
        return wrong("risk", "forbids without 'code' and 'message', wanted both as texts");
    }
    return {};
}

std::string names_of(const ValueArray& candidates) {
    std::string names;
    for (const Value& candidate : candidates) {
        names += (names.empty() ? "" : ", ") + std::string(candidate.text_or_empty("name"));
    }
    return names.empty() ? "there are none" : names;
}

/// The answer's lists against the candidates; one decision, nothing kept.
class RouteCheck {
  public:
    RouteCheck(const Value& answer, const Value& candidates)
        : answer_(answer),
          candidates_(candidates.as_array() == nullptr ? none_ : *candidates.as_array()) {}

    Result<void> check_list(std::string_view list) {
        const Value* entries = answer_.find(list);
        if (entries == nullptr || entries->as_array() == nullptr) {
            return wrong(
                "route",
                "answered '" + std::string(list) + "' with " + kind_of(entries) + ", wanted a list"
            );
        }
        for (const Value& entry : *entries->as_array()) {
            SLUICE_TRY(check_entry(list, entry));
        }
        return {};
    }

    /// A candidate of which nothing is said would leave the choice unexplained.
    [[nodiscard]] Result<void> check_every_candidate() const {
        for (const Value& candidate : candidates_) {
            if (std::ranges::find(named_, &candidate) == named_.end()) {
                return wrong(
                    "route",
                    "says nothing of '" + std::string(candidate.text_or_empty("name")) +
                        "', wanted every candidate in 'accounts' or in 'dropped'"
                );
            }
        }
        return {};
    }

  private:
    Result<void> check_entry(std::string_view list, const Value& entry) {
        const auto name = entry.text_or_empty("name");
        const std::string shown = "'" + std::string(cut_text(name, kShown)) + "'";
        const bool chosen = list == "accounts";
        const auto found = std::ranges::find_if(candidates_, [&](const Value& candidate) {
            return candidate.text_or_empty("name") == name &&
                   (!chosen || candidate.text_or_empty("channel") == entry.text_or_empty("channel")
                   );
        });
        if (found == candidates_.end()) {
            return wrong(
                "route",
                "names " + shown + " in '" + std::string(list) +
                    "', wanted 'name' and 'channel' of a candidate: " + names_of(candidates_)
            );
        }
        if (entry.text_or_empty("why").empty()) {
            return wrong(
                "route",
                "names " + shown + " in '" + std::string(list) + "' without 'why', wanted a text"
            );
        }
        if (std::ranges::find(named_, &*found) != named_.end()) {
            return wrong("route", "names " + shown + " twice, wanted each candidate once");
        }
        named_.push_back(&*found);
        return {};
    }

    const ValueArray none_;
    const Value& answer_;
    const ValueArray& candidates_;
    std::vector<const Value*> named_;
};

}  // namespace

Result<void> check_answer(std::string_view policy, const Value& answer, const Value& candidates) {
    if (answer.as_object() == nullptr) {
        return wrong(policy, "answered with " + kind_of(&answer) + ", wanted a record");
    }
    if (policy == "risk") {
        return check_risk(answer);
    }
    if (policy == "route") {
        RouteCheck check(answer, candidates);
        SLUICE_TRY(check.check_list("accounts"));
        SLUICE_TRY(check.check_list("dropped"));
        return check.check_every_candidate();
    }
    return {};
}

}  // namespace sluice::decision
