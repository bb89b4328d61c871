#include "decision/answer.hpp"

#include <algorithm>

#include "core/utf8.hpp"
#include "flow/task_board.hpp"
#include "flow/task_wish.hpp"

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

Result<void> check_approval(std::string_view policy, const Value& answer) {
    constexpr std::int64_t kPeopleMax = 10;
    const std::int64_t needed = answer.int_or("needed", -1);
    if (needed < 0 || needed > kPeopleMax) {
        return wrong(
            policy,
            "answered 'needed' with " + kind_of(answer.find("needed")) +
                ", wanted how many people, 0 to 10"
        );
    }
    if (answer.text_or_empty("why").empty()) {
        return wrong(policy, "asks people or not without 'why', wanted a text");
    }
    // Said of small amounts too: or a mistake would wait for the first large one.
    if (answer.text_or_empty("role").empty()) {
        return wrong(
            policy, "answered without 'role', wanted whose word counts when somebody is asked"
        );
    }
    // Likewise, and what the kernel asks by itself no dry run would try.
    payment::Task task;
    auto times = flow::read_task_times(answer, task);
    if (times) {
        times = flow::TaskBoard().open(std::move(task));
    }
    return times ? Result<void>()
                 : wrong(policy, "asks what no task can: " + times.error().message);
}

/// A limit that is left out limits nothing; `why` says that it is meant so.
Result<void> check_limits(std::string_view policy, const Value& facts, const Value& answer) {
    const Value* amount = facts.find("amount");
    for (const std::string_view name : {"merchant_day", "payee_day", "order"}) {
        const Value* limit = answer.find(name);
        if (limit == nullptr) {
            continue;
        }
        const Money* money = limit->as_money();
        const bool is_of_payout = money != nullptr && amount != nullptr && amount->as_money() &&
                                  money->currency() == amount->as_money()->currency();
        if (!is_of_payout || money->minor() < 0) {
            return wrong(
                policy,
                "answered '" + std::string(name) + "' with " +
                    (money == nullptr ? kind_of(limit) : money->describe()) +
                    ", wanted money of the payout's currency, zero or more, or nothing"
            );
        }
    }
    constexpr std::int64_t kDayMax = 1440;
    const std::int64_t begins = answer.int_or("day_begins", kDayMax + 1);
    if (begins < -kDayMax || begins > kDayMax) {
        return wrong(
            policy,
            "answered 'day_begins' with " + kind_of(answer.find("day_begins")) +
                ", wanted how many minutes the merchant's day is ahead of UTC"
        );
    }
    if (answer.text_or_empty("why").empty()) {
        return wrong(policy, "limits payouts or not without 'why', wanted a text");
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

/// No way is tried twice: what was impossible once stays so.
Result<void> check_ways(const Value& answer) {
    constexpr std::string_view kWays[] = {
        "original", "original_again", "other_leg", "balance", "payout", "task"
    };
    const Value* ways = answer.find("ways");
    if (ways == nullptr || ways->as_array() == nullptr || ways->as_array()->empty()) {
        return wrong(
            "refund_ways", "answered 'ways' with " + kind_of(ways) + ", wanted a list of ways"
        );
    }
    std::vector<std::string> seen;
    for (const Value& each : *ways->as_array()) {
        const std::string_view way = each.text_or_empty("way");
        const std::string_view kind = each.text_or_empty("kind");
        if (std::ranges::find(kWays, way) == std::end(kWays)) {
            return wrong(
                "refund_ways",
                "names the way " + quoted(way) +
                    ", wanted original, original_again, other_leg, "
                    "balance, payout or task"
            );
        }
        if ((way == "other_leg") == kind.empty()) {
            return wrong(
                "refund_ways",
                "gives " + quoted(way) + " the kind " + quoted(kind) +
                    ", wanted a kind of account for other_leg and none for the others"
            );
        }
        std::string name = std::string(way) + " " + std::string(kind);
        if (std::ranges::find(seen, name) != seen.end()) {
            return wrong("refund_ways", "names the way " + quoted(way) + " twice, wanted it once");
        }
        seen.push_back(std::move(name));
    }
    return {};
}

}  // namespace

AnswerRules::AnswerRules(const Value& candidates) {
    const ValueArray* list = candidates.as_array();
    for (const Value& candidate : list == nullptr ? ValueArray{} : *list) {
        candidates_.push_back(
            {std::string(candidate.text_or_empty("name")),
             std::string(candidate.text_or_empty("channel")),
             std::string(candidate.text_or_empty("merchant_id"))}
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
    if (policy.ends_with("_approval")) {
        return check_approval(policy, answer);
    }
    if (policy == "payout_limits") {
        return check_limits(policy, facts, answer);
    }
    if (policy == "spread") {
        return check_spread(facts, answer);
    }
    if (policy == "refund_ways") {
        return check_ways(answer);
    }
    const bool routes = policy == "route" || policy.ends_with("_route");
    return routes ? check_route(policy, facts, answer) : Result<void>{};
}

/// A candidate of which nothing is said would leave the choice unexplained.
Result<void> AnswerRules::check_route(
    std::string_view policy, const Value& facts, const Value& answer
) const {
    Named named(candidates_.size());
    SLUICE_TRY(check_list(policy, answer, "accounts", named));
    SLUICE_TRY(check_merchant(policy, facts, answer));
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

/// Whatever a policy thinks: no merchant's money goes over another's account.
Result<void> AnswerRules::check_merchant(
    std::string_view policy, const Value& facts, const Value& answer
) const {
    const std::string_view merchant = facts.text_or_empty("merchant_id");
    for (const Value& entry : *answer.find("accounts")->as_array()) {
        const auto found = std::ranges::find_if(candidates_, [&](const Candidate& candidate) {
            return candidate.name == entry.text_or_empty("name") &&
                   candidate.channel == entry.text_or_empty("channel");
        });
        if (!found->merchant_id.empty() && found->merchant_id != merchant) {
            return wrong(
                policy,
                "names " + quoted(found->name) +
                    " in 'accounts', which belongs to another "
                    "merchant, wanted it in 'dropped'"
            );
        }
    }
    return {};
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
