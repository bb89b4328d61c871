#include "simulator/tester_script.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include "json/json.hpp"

namespace sluice::simulator {

namespace {

using lua::HostReply;

constexpr std::int64_t kPauseMaxMs = 1'000;
constexpr int kRefusedFrom = 300;

HostReply value_reply(Value value) { return {.value = std::move(value), .message = {}}; }

HostReply wrong_call(std::string message) {
    return {.kind = HostReply::Kind::error, .value = {}, .message = std::move(message)};
}

/// "?limit=1&mchid=1900000109"; "" for no members, nullopt for one that is no text or number.
std::optional<std::string> query_of(const Value& what) {
    std::string query;
    if (what.as_object() == nullptr) {
        return query;
    }
    for (const auto& [name, value] : *what.as_object()) {
        if (value.as_text() == nullptr && value.as_int() == nullptr) {
            return std::nullopt;
        }
        const std::string text =
            value.as_text() != nullptr ? *value.as_text() : std::to_string(*value.as_int());
        query += (query.empty() ? "?" : "&") + http::percent_encode(name) + "=" +
                 http::percent_encode(text);
    }
    return query;
}

/// What `control.ask` gives: {status, code, message, body}; status 0 for no answer.
Value told(const http::ClientResult& answer) {
    if (!answer) {
        return Value(ValueObject{
            {"status", 0}, {"code", answer.error().code}, {"message", answer.error().message}
        });
    }
    Value body = json::parse(answer->body).value_or(Value());
    Value out(ValueObject{{"status", answer->status}, {"code", ""}, {"message", ""}});
    if (answer->status >= kRefusedFrom) {
        const std::string code(body.text_or_empty("code"));
        out.set("code", code.empty() ? std::to_string(answer->status) : code);
        out.set("message", body.text_or_empty("message"));
    }
    out.set("body", std::move(body));
    return out;
}

HostReply ask(const TesterDoor& door, std::span<const Value> arguments) {
    const std::string* method = arguments.empty() ? nullptr : arguments[0].as_text();
    const std::string* path = arguments.size() < 2 ? nullptr : arguments[1].as_text();
    if (method == nullptr || path == nullptr || !path->starts_with("/sim/")) {
        return wrong_call("control.ask needs a method, a path under /sim/ and maybe a record");
    }
    const Value what = arguments.size() < 3 ? Value() : arguments[2];
    http::Request request;
    request.method = *method;
    request.target = *path;
    if (*method == "POST") {
        // An empty table is an empty list outside of Lua.
        request.body = what.as_object() == nullptr ? "{}" : to_json(what);
    } else {
        const auto query = query_of(what);
        if (!query) {
            return wrong_call("a question to the books has texts and whole numbers only");
        }
        request.target += *query;
    }
    const std::size_t mark = request.target.find('?');
    request.path = request.target.substr(0, mark);
    request.query = mark == std::string::npos ? "" : request.target.substr(mark + 1);
    return value_reply(told(door.control(request)));
}

using Deadline = std::chrono::steady_clock::time_point;

/// Tells whether there is time left: what sleeps is not stopped by the meters.
HostReply pause(Deadline deadline, std::span<const Value> arguments) {
    const std::int64_t* ms = arguments.empty() ? nullptr : arguments[0].as_int();
    if (ms == nullptr || *ms < 0) {
        return wrong_call("control.pause needs a whole number of milliseconds");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(std::min(*ms, kPauseMaxMs)));
    return value_reply(std::chrono::steady_clock::now() < deadline);
}

HostReply say(const TesterDoor& door, std::span<const Value> arguments) {
    const std::string* line = arguments.empty() ? nullptr : arguments[0].as_text();
    if (line == nullptr) {
        return wrong_call("control.say needs a text");
    }
    door.say(*line);
    return value_reply({});
}

lua::HostTable control_table(const TesterDoor& door, Deadline deadline) {
    return {
        .name = "control",
        .functions =
            {{"ask", [&door](std::span<const Value> all) { return ask(door, all); }},
             {"pause", [deadline](std::span<const Value> all) { return pause(deadline, all); }},
             {"say", [&door](std::span<const Value> all) { return say(door, all); }}}
    };
}

lua::Limits limits_of(const TesterScript& script) {
    constexpr std::int64_t kInstructions = 50'000'000;
    constexpr std::size_t kHeap = std::size_t{32} << 20U;
    constexpr std::size_t kChurn = std::size_t{512} << 20U;
    lua::Limits limits;
    limits.instructions = kInstructions;
    limits.wall = script.time_max;
    limits.heap_bytes = kHeap;
    limits.churn_bytes = kChurn;
    return limits;
}

}  // namespace

std::expected<Value, lua::ScriptError> run_tester_script(
    const TesterScript& script, const TesterDoor& door
) {
    auto library = lua::compile("psp.lua", tester_library());
    if (!library) {
        return std::unexpected(library.error());
    }
    const auto program = lua::compile(script.name, script.source);
    if (!program) {
        return std::unexpected(program.error());
    }
    lua::VmSettings settings;
    settings.limits = limits_of(script);
    settings.host.push_back(control_table(door, std::chrono::steady_clock::now() + script.time_max)
    );
    settings.libraries.push_back(*std::move(library));
    const auto vm = lua::Vm::create(std::move(settings));
    if (!vm) {
        return std::unexpected(vm.error());
    }
    if (const auto loaded = (*vm)->load(**program); !loaded) {
        return std::unexpected(loaded.error());
    }
    return (*vm)->get("");
}

}  // namespace sluice::simulator
