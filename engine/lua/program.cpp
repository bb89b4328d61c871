#include "lua/program.hpp"

#include <lauxlib.h>
#include <new>
#include <utility>

#include <lua.h>

#include "lua/box.hpp"
#include "lua/diagnosis.hpp"
#include "lua/gate.hpp"
#include "lua/interpreter.hpp"

namespace sluice::lua {
namespace {

constexpr Limits kCompileLimits{
    .instructions = 1'000'000,
    .wall = std::chrono::milliseconds(50),
    .heap_bytes = 16U << 20,
    .block_bytes = 4U << 20,
    .churn_bytes = 64U << 20
};

struct Compilation {
    const std::string* chunk_name;
    std::string_view source;
    std::string* bytecode;
};

int append_bytecode(lua_State*, const void* bytes, std::size_t size, void* out) {
    static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
    return 0;
}

int compile_protected(lua_State* state) {
    const auto& job = *static_cast<Compilation*>(lua_touserdata(state, 1));
    const char* name = job.chunk_name->c_str();
    if (luaL_loadbufferx(state, job.source.data(), job.source.size(), name, "t") != LUA_OK) {
        lua_error(state);
    }
    lua_dump(state, append_bytecode, job.bytecode, 0);
    return 0;
}

/// "name:12: message near 'x'" as the interpreter says it.
ScriptError compile_error(const Program& program, std::string_view text) {
    ScriptError error{Outcome::refused, program.name, 0, std::string(text), {}, {}};
    for (std::size_t at = text.find(':'); at != std::string_view::npos;
         at = text.find(':', at + 1)) {
        int line = 0;
        std::size_t digit = at + 1;
        while (digit < text.size() && text[digit] >= '0' && text[digit] <= '9' && line < 1000000) {
            line = line * 10 + (text[digit] - '0');
            ++digit;
        }
        if (line > 0 && text.substr(digit).starts_with(": ")) {
            error.line = line;
            error.message = printable(text.substr(digit + 2));
            break;
        }
    }
    error.excerpt = excerpt_of(program.source, error.line);
    return error;
}

std::expected<void, ScriptError> translate(Program& program, const std::string& gated) {
    Box box(kCompileLimits);
    const Interpreter interpreter = open_interpreter(box);
    if (!interpreter) {
        return std::unexpected(compile_error(program, "no memory to compile it"));
    }
    lua_State* state = interpreter.get();
    const std::string chunk_name = "=" + program.name;
    Compilation job{&chunk_name, gated, &program.bytecode};
    lua_pushcfunction(state, compile_protected);
    lua_pushlightuserdata(state, &job);
    box.meters.begin(state);
    const int status = lua_pcall(state, 1, 0, 0);
    box.meters.end();
    if (status == LUA_OK) {
        return {};
    }
    const bool text = status != LUA_ERRMEM && lua_type(state, -1) == LUA_TSTRING;
    return std::unexpected(compile_error(
        program, text ? lua_tostring(state, -1) : "is too large or too involved to compile"
    ));
}

}  // namespace

std::expected<ProgramPtr, ScriptError> compile(std::string_view name, std::string_view source) {
    auto program = std::make_shared<Program>();
    program->name = printable(name);
    program->source = source.size() <= kSourceMax ? source : source.substr(0, kSourceMax);
    std::expected<Gated, Refusal> gated = pass_gate(source);
    if (!gated) {
        const Refusal& refusal = gated.error();
        return std::unexpected(ScriptError{
            Outcome::refused,
            program->name,
            refusal.line,
            printable(refusal.message),
            excerpt_of(program->source, refusal.line),
            {}
        });
    }
    program->captured = std::move(gated->captured);
    program->reassigned = std::move(gated->reassigned);
    program->result_line = gated->result_line;
    auto done = translate(*program, gated->source);
    if (!done) {
        return std::unexpected(std::move(done).error());
    }
    return program;
}

std::expected<void, ScriptError> check_keeps_nothing(const Program& program) {
    if (!program.captured) {
        return {};
    }
    const auto& [name, line] = *program.captured;
    ScriptError error{Outcome::refused, program.name, line, {}, {}, {}};
    error.message = "a function assigns '" + name +
                    "', a local of the file: it would leak from one run into another";
    error.excerpt = excerpt_of(program.source, line);
    return std::unexpected(std::move(error));
}

const std::string& name_of(const Program& program) { return program.name; }
const std::string& source_of(const Program& program) { return program.source; }

std::string ScriptError::describe() const {
    std::string text = script;
    if (line > 0) {
        text += ", line " + std::to_string(line);
    }
    return text + ": " + message;
}

}  // namespace sluice::lua
