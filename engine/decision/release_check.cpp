#include "decision/release_check.hpp"

#include <memory>
#include <string>
#include <utility>

#include "decision/dry_run.hpp"
#include "decision/policies.hpp"

namespace sluice::decision {
namespace {

Value made_up_candidate() {
    Value candidate;
    candidate.set("name", "dry-run");
    candidate.set("channel", "dry-run");
    candidate.set("merchant_id", "");
    candidate.set("method", "dry-run");
    candidate.set("scenes", Value(ValueArray{Value("qr")}));
    candidate.set("amount_min", Money{1, cny()});
    candidate.set("amount_max", Money{5'000'000, cny()});
    candidate.set("cost_basis_points", 0);
    candidate.set("refunds", true);
    candidate.set("pays_out", true);
    candidate.set("payout_methods", Value(ValueArray{Value("dry-run")}));
    Value health;
    health.set("breaker", "closed");
    health.set("scenes", Value(ValueObject{}));
    candidate.set("health", std::move(health));
    return candidate;
}

bool is_empty(const Value& candidates) {
    return candidates.as_array() == nullptr || candidates.as_array()->empty();
}

std::string scene_of(const Value& candidate) {
    const Value* scenes = candidate.find("scenes");
    const bool has_one = scenes != nullptr && scenes->as_array() != nullptr &&
                         !scenes->as_array()->empty() &&
                         scenes->as_array()->front().as_text() != nullptr;
    return has_one ? *scenes->as_array()->front().as_text() : "qr";
}

/// Every fact that the verbs in scripts/lib give to some policy.
Value made_up_facts(const DryWorld& world) {
    Value facts;
    facts.set("amount", Money{7000, cny()});
    facts.set("legs", 2);
    facts.set("merchant_id", "dry-run");
    facts.set("method", world.method);
    facts.set("order_id", "ord_00000000000000000000000000");
    facts.set("product_code", "dry-run");
    facts.set("reason", "dry-run");
    facts.set("is_compensation", false);
    facts.set("is_conversion", false);
    facts.set("is_to_account", false);
    facts.set("has_balance_account", true);
    facts.set("may_pay_out", true);
    facts.set("paid_by", Value(ValueArray{Value("balance")}));
    facts.set("is_surplus", false);
    facts.set("kind", "late_success");
    Value source;
    source.set("amount", Money{7000, cny()});
    source.set("refundable", Money{7000, cny()});
    facts.set("sources", Value(ValueArray{std::move(source)}));
    facts.set("scene", world.scene);
    return facts;
}

/// What the policies say, but so that a flow comes to all its verbs: nothing is forbidden,
/// somebody is always asked, and every candidate may collect.
Value leniently(std::string_view policy, Value answer, const Value& candidates) {
    if (policy == "risk" || policy.ends_with("_risk")) {
        answer.set("allowed", true);
    }
    if (policy.ends_with("_approval") && answer.int_or("needed", 0) == 0) {
        answer.set("needed", 1);
    }
    if (policy == "route" || policy.ends_with("_route")) {
        answer.set("accounts", candidates);
    }
    return answer;
}

}  // namespace

Result<void> check_release(const script::ReleasePtr& release, const Value& given) {
    const Value candidates = is_empty(given) ? Value(ValueArray{made_up_candidate()}) : given;
    const Value& first = candidates.as_array()->front();
    SLUICE_ASSIGN(const auto policies, Policies::create(release, candidates));
    DryWorld world;
    world.method = first.text_or_empty("method");
    world.scene = scene_of(first);
    world.decide = [&](std::string_view policy, const Value& facts) -> Result<Value> {
        SLUICE_ASSIGN(Value answer, policies->decide(policy, facts));
        return leniently(policy, std::move(answer), candidates);
    };
    const Value facts = made_up_facts(world);
    for (const auto& [name, program] : release->policies) {
        SLUICE_TRY(policies->decide(name, facts));
    }
    for (const auto& [name, program] : release->flows) {
        SLUICE_TRY(dry_run(*release, name, world));
    }
    return {};
}

}  // namespace sluice::decision
