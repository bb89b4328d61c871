#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lua/coroutine.hpp"

namespace {

using sluice::Money;
using sluice::Value;
using sluice::ValueArray;
using sluice::ValueObject;
namespace lua = sluice::lua;

constexpr std::string_view kPolicy = R"(
return {
  decide = function(facts)
    local kept, dropped = {}, {}
    for _, candidate in ipairs(facts.candidates) do
      local why
      if candidate.method ~= facts.method then
        why = "collects " .. candidate.method .. ", not " .. facts.method
      elseif not list.contains(candidate.scenes, facts.scene) then
        why = "has no scene " .. facts.scene
      elseif facts.amount < candidate.amount_min then
        why = "takes nothing below " .. tostring(candidate.amount_min)
      end
      if why then
        list.insert(dropped, { name = candidate.name, why = why })
      else
        list.insert(kept, candidate)
      end
    end
    list.sort(kept, function(a, b) return a.cost_basis_points < b.cost_basis_points end)
    local accounts = {}
    for _, candidate in ipairs(kept) do
      list.insert(accounts, { name = candidate.name, why = "cheapest first" })
    end
    return { accounts = accounts, dropped = dropped }
  end,
}
)";

constexpr std::string_view kLibrary = R"(
local verbs = {
  hold = function(self) self.held = kernel.exchange{ what = "hold", amount = self.amount } end,
  collect = function(self) return kernel.exchange{ what = "collect", amount = self.amount } end,
  succeed = function(self) return { status = "succeeded" } end,
}
local function payment(facts)
  return object(verbs, { amount = facts.amount, id = facts.id, held = false })
end
local function flow(definition)
  return {
    run = function(facts)
      local ok, result = attempt(definition.run, payment(facts))
      if not ok then return { status = "failed", code = result.code } end
      return result
    end,
  }
end
return { flow = flow, payment = payment, pause = function(n) return n * 2 end }
)";

constexpr std::string_view kFlow = R"(
return flow {
  run = function(pay)
    pay:hold()
    pay:collect()
    return pay:succeed()
  end,
}
)";

template <class Work>
void measure(const char* what, int turns, Work work) {
    std::vector<double> rounds;
    for (int round = 0; round < 7; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < turns; ++i) {
            work();
        }
        const std::chrono::duration<double, std::micro> took =
            std::chrono::steady_clock::now() - begin;
        rounds.push_back(took.count() / turns);
    }
    std::printf("%-44s %8.2f us\n", what, *std::ranges::min_element(rounds));
}

Value candidate(const char* name, int cost) {
    Value value;
    value.set("name", name);
    value.set("method", "wechatpay");
    value.set("scenes", ValueArray{Value("qr"), Value("h5")});
    value.set("cost_basis_points", cost);
    value.set("amount_min", Money(1, sluice::cny()));
    return value;
}

Value routing_facts() {
    Value facts;
    facts.set("method", "wechatpay");
    facts.set("scene", "qr");
    facts.set("amount", Money(7000, sluice::cny()));
    for (int i = 0; i < 16; ++i) {
        facts.set("fact_" + std::to_string(i), i);
    }
    ValueArray candidates;
    for (int i = 0; i < 5; ++i) {
        candidates.push_back(candidate("account", 60 - i));
    }
    facts.set("candidates", std::move(candidates));
    return facts;
}

lua::VmSettings flow_settings() {
    lua::VmSettings settings;
    lua::HostTable kernel{"kernel", {}};
    const auto wait = [](std::span<const Value> given) {
        lua::HostReply reply;
        reply.kind = lua::HostReply::Kind::wait;
        reply.value = given[0];
        return reply;
    };
    const auto echo = [](std::span<const Value>) { return lua::HostReply{}; };
    kernel.functions = {{"exchange", wait}, {"echo", echo}};
    for (int i = 0; i < 14; ++i) {
        kernel.functions.emplace_back("unused_" + std::to_string(i), echo);
    }
    settings.host.push_back(std::move(kernel));
    settings.libraries.push_back(lua::compile("lib.lua", kLibrary).value());
    return settings;
}

void run_flow_in(std::shared_ptr<lua::Vm> vm, const lua::Program& flow, const Value& facts) {
    const auto coroutine = lua::Coroutine::load(std::move(vm), flow).value();
    const std::array arguments{facts};
    coroutine->start("run", arguments).value();
    coroutine->resume(Value(true)).value();
    coroutine->resume(Value(true)).value();
}

/// 64 flows that share an interpreter, as a worker's runs do.
void run_flows_together(
    const lua::VmSettings& settings, const lua::Program& flow, const Value& facts
) {
    const std::shared_ptr<lua::Vm> vm = lua::Vm::create(settings).value();
    for (int i = 0; i < 64; ++i) {
        run_flow_in(vm, flow, facts);
    }
}

void run_flow(const lua::VmSettings& settings, const lua::Program& flow, const Value& facts) {
    run_flow_in(lua::Vm::create(settings).value(), flow, facts);
}

}  // namespace

int main() {
    Value facts;
    facts.set("amount", Money(7000, sluice::cny()));
    facts.set("id", "pay_1");
    const std::array routing{routing_facts()};
    const auto policy = lua::compile("policy.lua", kPolicy).value();
    const auto flow = lua::compile("flow.lua", kFlow).value();
    const lua::VmSettings settings = flow_settings();
    const auto policies = lua::Vm::create({}).value();
    const auto host = lua::Vm::create(settings).value();
    const auto calls =
        lua::compile("calls.lua", "return function() for i = 1, 1000 do kernel.echo() end end")
            .value();
    host->load(*calls).value();

    measure("compile a 35-line policy", 200, [&] { lua::compile("p.lua", kPolicy).value(); });
    measure("create and destroy a bare Vm", 500, [] { lua::Vm::create({}).value(); });
    measure("create and destroy with host and library", 500, [&] {
        lua::Vm::create(settings).value();
    });
    measure("flow: create, load, start, 2 resumes, destroy", 500, [&] {
        run_flow(settings, *flow, facts);
    });
    lua::VmSettings shared = settings;
    shared.heap_limit = lua::HeapLimit::growth;
    shared.collecting = lua::Collecting::when_told;
    measure("64 flows that share an interpreter", 20, [&] {
        run_flows_together(shared, *flow, facts);
    });
    measure("call_frozen of a policy, 20 facts, 5 candidates", 2000, [&] {
        policies->call_frozen(*policy, "decide", routing).value();
    });
    measure("1000 host calls", 50, [&] { host->call("", {}).value(); });
    std::printf("%-44s %8zu bytes\n", "heap of a Vm with host and library", host->memory_bytes());
    return 0;
}
