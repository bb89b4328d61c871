#include "unit/lua/lua_fixture.hpp"

#include <array>

#include <gtest/gtest.h>

namespace sluice::lua::testing {

std::string describe(const ScriptError& error) {
    static constexpr std::array kOutcomes{"refused", "aborted", "error"};
    return std::string(kOutcomes.at(static_cast<std::size_t>(error.outcome))) + " " +
           std::to_string(error.line) + ": " + error.message;
}

ProgramPtr program(std::string_view name, std::string_view source) {
    auto compiled = compile(name, source);
    if (!compiled) {
        ADD_FAILURE() << compiled.error().describe();
        return compile("empty.lua", "return {}").value();
    }
    return *compiled;
}

std::unique_ptr<Vm> open(VmSettings settings) {
    settings.limits.wall = std::chrono::milliseconds(2000);
    auto vm = Vm::create(std::move(settings));
    if (!vm) {
        ADD_FAILURE() << vm.error().describe();
        return Vm::create({}).value();
    }
    return std::move(*vm);
}

std::string run(std::string_view source) {
    auto compiled = compile("test.lua", source);
    if (!compiled) {
        return describe(compiled.error());
    }
    const auto vm = open({});
    const auto loaded = vm->load(**compiled);
    if (!loaded) {
        return describe(loaded.error());
    }
    const auto value = vm->get("");
    return value ? to_json(*value) : describe(value.error());
}

std::string run_with(std::string_view source, const Value& facts) {
    auto compiled = compile("test.lua", source);
    if (!compiled) {
        return describe(compiled.error());
    }
    const auto vm = open({});
    const std::array arguments{facts};
    const auto value = vm->call_frozen(**compiled, "", arguments);
    return value ? to_json(*value) : describe(value.error());
}

VmSettings with_host() {
    const auto reply = [](HostReply::Kind kind, Value value) {
        return HostReply{kind, std::move(value), "the host says no"};
    };
    VmSettings settings;
    settings.host.push_back(
        {"host",
         {{"wait",
           [reply](std::span<const Value> given) {
               return reply(HostReply::Kind::wait, given.empty() ? Value() : given[0]);
           }},
          {"echo",
           [reply](std::span<const Value> given) {
               return reply(HostReply::Kind::value, given.empty() ? Value() : given[0]);
           }},
          {"fail",
           [reply](std::span<const Value>) {
               return reply(HostReply::Kind::failure, Value(ValueObject{{"code", "no_funds"}}));
           }},
          {"wrong",
           [reply](std::span<const Value>) { return reply(HostReply::Kind::error, Value()); }}}}
    );
    return settings;
}

std::string told(const std::expected<Progress, ScriptError>& progress) {
    static constexpr std::array kKinds{"waiting ", "finished ", "failed "};
    if (!progress) {
        return describe(progress.error());
    }
    return kKinds.at(static_cast<std::size_t>(progress->kind)) + to_json(progress->value);
}

}  // namespace sluice::lua::testing
