#include "script/try_script.hpp"

#include <expected>
#include <span>
#include <utility>

namespace sluice::script {
namespace {

TryOutcome outcome_of(lua::Outcome outcome) {
    switch (outcome) {
        case lua::Outcome::refused:
            return TryOutcome::refused;
        case lua::Outcome::aborted:
            return TryOutcome::aborted;
        case lua::Outcome::error:
            break;
    }
    return TryOutcome::error;
}

TryResult unsuccessful(const lua::ScriptError& error) {
    TryResult result;
    result.outcome = outcome_of(error.outcome);
    result.message = error.message;
    result.script = error.script;
    result.line = error.line;
    result.excerpt = error.excerpt;
    return result;
}

std::expected<Value, lua::ScriptError> result_of(lua::Vm& vm, const TryRequest& request) {
    if (!vm.is_function("")) {
        return vm.get("");
    }
    std::span<const Value> arguments;
    if (request.facts) {
        arguments = std::span(&*request.facts, 1);
    }
    return vm.call("", arguments);
}

TryResult run(const TryRequest& request) {
    const auto program = lua::compile(request.name, request.source);
    if (!program) {
        return unsuccessful(program.error());
    }
    lua::VmSettings settings;
    settings.limits = request.limits;
    const auto vm = lua::Vm::create(std::move(settings));
    if (!vm) {
        return unsuccessful(vm.error());
    }
    if (const auto loaded = (*vm)->load(**program); !loaded) {
        return unsuccessful(loaded.error());
    }
    auto value = result_of(**vm, request);
    if (!value) {
        return unsuccessful(value.error());
    }
    TryResult result;
    result.value = std::move(*value);
    result.memory_bytes = (*vm)->memory_bytes();
    return result;
}

}  // namespace

std::string_view to_string(TryOutcome outcome) {
    switch (outcome) {
        case TryOutcome::ok:
            return "ok";
        case TryOutcome::refused:
            return "refused";
        case TryOutcome::aborted:
            return "aborted";
        case TryOutcome::error:
            break;
    }
    return "error";
}

Value TryResult::to_value() const {
    constexpr double kMicrosecondsAMillisecond = 1000.0;
    Value all;
    all.set("outcome", Value(to_string(outcome)));
    all.set("value", value);
    all.set("message", message.empty() ? Value() : Value(message));
    all.set("script", script.empty() ? Value() : Value(script));
    all.set("line", line > 0 ? Value(line) : Value());
    all.set("elapsed_ms", static_cast<double>(elapsed.count()) / kMicrosecondsAMillisecond);
    return all;
}

std::string TryResult::describe() const {
    if (outcome == TryOutcome::ok) {
        return to_json(value) + "\n";
    }
    std::string text(to_string(outcome));
    text += ": " + script;
    if (line > 0) {
        text += ", line " + std::to_string(line);
    }
    return text + ": " + message + "\n" + excerpt;
}

TryResult try_script(const TryRequest& request) {
    const auto begin = std::chrono::steady_clock::now();
    TryResult result = run(request);
    const auto took = std::chrono::steady_clock::now() - begin;
    result.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(took);
    if (result.script.empty() && result.outcome != TryOutcome::ok) {
        result.script = request.name;
    }
    return result;
}

}  // namespace sluice::script
