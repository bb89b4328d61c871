#include "decision/policies.hpp"

#include <utility>

namespace sluice::decision {
namespace {

// A policy answers while a payer waits.
constexpr lua::Limits kLimits{
    .instructions = 200'000,
    .wall = std::chrono::milliseconds{20},
    .heap_bytes = 4U << 20,
};

Error script_error(const lua::ScriptError& error) {
    return {ErrorCode::script, error.describe(), error.script + ":" + std::to_string(error.line)};
}

}  // namespace

Policies::Policies(script::ReleasePtr release, Value candidates)
    : release_(std::move(release)), candidates_(std::move(candidates)), rules_(candidates_) {}

Result<std::unique_ptr<Policies>> Policies::create(script::ReleasePtr release, Value candidates) {
    std::unique_ptr<Policies> policies(new Policies(std::move(release), std::move(candidates)));
    SLUICE_TRY(policies->open_vm());
    return policies;
}

Result<void> Policies::open_vm() {
    lua::VmSettings settings;
    settings.limits = kLimits;
    settings.constants = {candidates_};
    auto vm = lua::Vm::create(std::move(settings));
    if (!vm) {
        return fail(script_error(vm.error()));
    }
    vm_ = std::move(*vm);
    return {};
}

Result<Value> Policies::decide(std::string_view policy, const Value& facts) {
    const auto found = release_->policies.find(std::string(policy));
    if (found == release_->policies.end()) {
        return fail(
            ErrorCode::script, "policy '" + std::string(policy) + "' is not in the live release"
        );
    }
    if (!vm_->is_usable()) {
        SLUICE_TRY(open_vm());
    }
    // The candidates follow as the second argument: they are many, and the same for every decision.
    auto answer = vm_->call_frozen(*found->second, "decide", std::span(&facts, 1));
    if (!answer) {
        return fail(script_error(answer.error()));
    }
    if (auto good = rules_.check(policy, facts, *answer); !good) {
        return fail(ErrorCode::script, lua::name_of(*found->second) + ": " + good.error().message);
    }
    answer->set("policy", policy);
    answer->set("release", release_->id.to_string());
    answer->set("facts", facts);
    return std::move(*answer);
}

Result<void> Policies::adopt(script::ReleasePtr release) {
    auto before = std::exchange(release_, std::move(release));
    auto vm = std::exchange(vm_, nullptr);
    if (auto opened = open_vm(); !opened) {
        release_ = std::move(before);
        vm_ = std::move(vm);
        return opened;
    }
    return {};
}

Result<void> Policies::adopt(Value candidates) {
    auto before = std::exchange(candidates_, std::move(candidates));
    auto vm = std::exchange(vm_, nullptr);
    if (auto opened = open_vm(); !opened) {
        candidates_ = std::move(before);
        vm_ = std::move(vm);
        return opened;
    }
    rules_ = AnswerRules(candidates_);
    return {};
}

}  // namespace sluice::decision
