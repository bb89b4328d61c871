#include "decision/answer.hpp"

#include <algorithm>

#include "core/utf8.hpp"

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

std::string quoted(std::string_view name) {
    return "'" + std::string(cut_text(name, kShown)) + "'";
}

}  // namespace

AnswerRules::AnswerRules(const Value& candidates) {
    const ValueArray* list = candidates.as_array();
    for (const Value& candidate : list == nullptr ? ValueArray{} : *list) {
        candidates_.push_back(
            {std::string(candidate.text_or_empty("name")),
             std::string(candidate.text_or_empty("channel"))}
        );
    }
}

Result<void> AnswerRules::check(std::string_view policy, const Value& answer) const {
    if (answer.as_object() == nullptr) {
        return wrong(policy, "answered with " + kind_of(&answer) + ", wanted a record");
    }
    if (policy == "risk") {
        return check_risk(answer);
    }
    return policy == "route" ? check_route(answer) : Result<void>{};
}

/// A candidate of which nothing is said would leave the choice unexplained.
Result<void> AnswerRules::check_route(const Value& answer) const {
    Named named(candidates_.size());
    SLUICE_TRY(check_list(answer, "accounts", named));
    SLUICE_TRY(check_list(answer, "dropped", named));
    const auto forgotten = std::ranges::find(named, false);
    if (forgotten == named.end()) {
        return {};
    }
    const auto position = static_cast<std::size_t>(forgotten - named.begin());
    return wrong(
        "route",
        "says nothing of " + quoted(candidates_[position].name) +
            ", wanted every candidate in 'accounts' or in 'dropped'"
    );
}

Result<void> AnswerRules::check_list(const Value& answer, std::string_view list, Named& named)
    const {
    const Value* entries = answer.find(list);
    if (entries == nullptr || entries->as_array() == nullptr) {
        return wrong(
            "route",
            "answered '" + std::string(list) + "' with " + kind_of(entries) + ", wanted a list"
        );
    }
    for (const Value& entry : *entries->as_array()) {
        SLUICE_TRY(check_entry(entry, list, named));
    }
    return {};
}

Result<void> AnswerRules::check_entry(const Value& entry, std::string_view list, Named& named)
    const {
    const auto name = entry.text_or_empty("name");
    const auto channel = entry.text_or_empty("channel");
    // Accounts of two channels may have one name: without a channel, any of them is meant in turn.
    const auto is_meant = [&](const Candidate& candidate) {
        return candidate.name == name &&
               (candidate.channel == channel || (list == "dropped" && channel.empty()));
    };
    auto found = std::ranges::find_if(candidates_, is_meant);
    while (found != candidates_.end() && named[position_of(found)]) {
        const auto next = std::find_if(found + 1, candidates_.end(), is_meant);
        if (next == candidates_.end()) {
            return wrong("route", "names " + quoted(name) + " twice, wanted each candidate once");
        }
        found = next;
    }
    if (found == candidates_.end()) {
        return wrong(
            "route",
            "names " + quoted(name) + " in '" + std::string(list) +
                "', wanted 'name' and 'channel' of a candidate: " + names()
        );
    }
    if (entry.text_or_empty("why").empty()) {
        return wrong(
            "route",
            "names " + quoted(name) + " in '" + std::string(list) + "' without 'why', wanted a text"
        );
    }
    named[position_of(found)] = true;
    return {};
}

std::string AnswerRules::names() const {
    std::string names;
    for (const Candidate& candidate : candidates_) {
        names += (names.empty() ? "" : ", ") + candidate.name;
    }
    return names.empty() ? "there are none" : names;
}

}  // namespace sluice::decision
