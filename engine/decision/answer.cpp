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

Result<void> check_risk(std::string_view policy, const Value& answer) {
    const Value* allowed = answer.find("allowed");
    if (allowed == nullptr || allowed->as_bool() == nullptr) {
        return wrong(
            policy, "answered 'allowed' with " + kind_of(allowed) + ", wanted true or false"
        );
    }
    const bool explained =
        !answer.text_or_empty("code").empty() && !answer.text_or_empty("message").empty();
    if (!*allowed->as_bool() && !explained) {
        return wrong(policy, "forbids without 'code' and 'message', wanted both as texts");
    }
    return {};
}

/// Nothing of the amount is lost or given twice, and nothing is taken of what is not there.
Result<void> check_spread(const Value& facts, const Value& answer) {
    const Value* sources = facts.find("sources");
    const Value* wanted = facts.find("amount");
    const Value* parts = answer.find("parts");
    if (parts == nullptr || parts->as_array() == nullptr) {
        return wrong("spread", "answered 'parts' with " + kind_of(parts) + ", wanted a list");
    }
    if (sources == nullptr || sources->as_array() == nullptr || wanted == nullptr) {
        return {};
    }
    const auto count = static_cast<std::int64_t>(sources->as_array()->size());
    std::int64_t sum = 0;
    for (const Value& part : *parts->as_array()) {
        const std::int64_t place = part.int_or("source", 0);
        const Value* amount = part.find("amount");
        const bool is_part = place >= 1 && place <= count && amount != nullptr &&
                             amount->as_money() != nullptr && amount->as_money()->minor() > 0;
        if (!is_part) {
            return wrong(
                "spread",
                "has a part that is not { source = 1 to " + std::to_string(count) +
                    ", amount = money above zero }"
            );
        }
        sum += amount->as_money()->minor();
    }
    if (sum != wanted->as_money()->minor()) {
        return wrong(
            "spread",
            "spreads " + std::to_string(sum) + ", wanted all of " + wanted->as_money()->describe()
        );
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

Result<void> AnswerRules::check(std::string_view policy, const Value& facts, const Value& answer)
    const {
    if (answer.as_object() == nullptr) {
        return wrong(policy, "answered with " + kind_of(&answer) + ", wanted a record");
    }
    if (policy == "risk" || policy.ends_with("_risk")) {
        return check_risk(policy, answer);
    }
    if (policy == "spread") {
        return check_spread(facts, answer);
    }
    const bool routes = policy == "route" || policy.ends_with("_route");
    return routes ? check_route(policy, answer) : Result<void>{};
}

/// A candidate of which nothing is said would leave the choice unexplained.
Result<void> AnswerRules::check_route(std::string_view policy, const Value& answer) const {
    Named named(candidates_.size());
    SLUICE_TRY(check_list(policy, answer, "accounts", named));
    SLUICE_TRY(check_list(policy, answer, "dropped", named));
    const auto forgotten = std::ranges::find(named, false);
    if (forgotten == named.end()) {
        return {};
    }
    const auto position = static_cast<std::size_t>(forgotten - named.begin());
    return wrong(
        policy,
        "says nothing of " + quoted(candidates_[position].name) +
            ", wanted every candidate in 'accounts' or in 'dropped'"
    );
}

Result<void> AnswerRules::check_list(
    std::string_view policy, const Value& answer, std::string_view list, Named& named
) const {
    const Value* entries = answer.find(list);
    if (entries == nullptr || entries->as_array() == nullptr) {
        return wrong(
            policy,
            "answered '" + std::string(list) + "' with " + kind_of(entries) + ", wanted a list"
        );
    }
    for (const Value& entry : *entries->as_array()) {
        SLUICE_TRY(check_entry(policy, entry, list, named));
    }
    return {};
}

Result<void> AnswerRules::check_entry(
    std::string_view policy, const Value& entry, std::string_view list, Named& named
) const {
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
            return wrong(policy, "names " + quoted(name) + " twice, wanted each candidate once");
        }
        found = next;
    }
    if (found == candidates_.end()) {
        return wrong(
            policy,
            "names " + quoted(name) + " in '" + std::string(list) +
                "', wanted 'name' and 'channel' of a candidate: " + names()
        );
    }
    if (entry.text_or_empty("why").empty()) {
        return wrong(
            policy,
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
