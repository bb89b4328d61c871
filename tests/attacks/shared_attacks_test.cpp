// The hostile scripts once more, each next to scripts that live in the same interpreter: unless a
// meter stops it, and the interpreter is given up, the others must not notice.
#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "attacks/attack_file.hpp"
#include "lua/coroutine.hpp"
#include "script/try_script.hpp"

namespace sluice::attacks {
namespace {

constexpr std::string_view kSharingVictim = R"(
local words, mark = {}, object({ shout = function(self) return self.word:upper() end }, {
  word = "unchanged" })
return { run = function()
  for w in text.gmatch("the host is", "%a+") do list.insert(words, w .. host.wait(w)) end
  list.sort(words)
  local ok, failure = attempt(fail, { code = "x" })
  return { list.concat(words, " "), mark:shout(), money(100, "CNY"):split{ 1, 2 }, ok,
    failure.code, type(math.floor(1.5)), tostring({}), select("#", 1, 2), helper("a"), #words }
end }
)";

constexpr std::string_view kLibrary = R"(
local known = { "a", "b", deep = { 1 } }
return { helper = function(x) return { known, x, list.contains(known, x) } end, known = known }
)";

lua::ProgramPtr compiled(std::string_view name, std::string_view source) {
    auto program = lua::compile(name, source);
    EXPECT_TRUE(program) << (program ? "" : program.error().describe());
    return program.value_or(nullptr);
}

std::shared_ptr<lua::Vm> shared_vm() {
    lua::VmSettings settings;
    settings.limits.wall = std::chrono::milliseconds(2000);
    settings.host.push_back({"host", {{"wait", [](std::span<const Value>) {
                                           lua::HostReply reply;
                                           reply.kind = lua::HostReply::Kind::wait;
                                           return reply;
                                       }}}});
    settings.libraries = {compiled("lib.lua", kLibrary)};
    settings.heap_limit = lua::HeapLimit::growth;
    settings.collecting = lua::Collecting::when_told;
    return lua::Vm::create(std::move(settings)).value();
}

std::unique_ptr<lua::Coroutine> begun_victim(const std::shared_ptr<lua::Vm>& vm) {
    auto victim = lua::Coroutine::load(vm, *compiled("victim.lua", kSharingVictim)).value();
    EXPECT_EQ(victim->start("run", {})->kind, lua::Progress::Kind::waiting);
    return victim;
}

/// What a victim that has begun says in the end.
std::string end_of(lua::Coroutine& victim) {
    for (;;) {
        const auto progress = victim.resume(Value("!"));
        if (!progress) {
            return progress.error().describe();
        }
        if (progress->kind != lua::Progress::Kind::waiting) {
            return to_json(progress->value);
        }
    }
}

std::string source_of_attack(const AttackFile& attack) {
    if (!attack.is_generator) {
        return attack.source;
    }
    script::TryRequest request;
    request.name = attack.name;
    request.source = attack.source;
    request.limits.wall = std::chrono::milliseconds(2000);
    const auto made = script::try_script(request);
    return made.value.as_text() == nullptr ? "" : *made.value.as_text();
}

std::string run_attack(const std::shared_ptr<lua::Vm>& vm, const AttackFile& attack) {
    static constexpr std::array kOutcomes{"refused", "aborted", "error"};
    const auto name_of = [](const lua::ScriptError& error) {
        return kOutcomes.at(static_cast<std::size_t>(error.outcome));
    };
    const auto program = lua::compile(attack.name, source_of_attack(attack));
    if (!program) {
        return name_of(program.error());
    }
    const auto script = lua::Coroutine::load(vm, **program);
    if (!script) {
        return name_of(script.error());
    }
    const auto value = (*script)->get("");
    if (!value) {
        return name_of(value.error());
    }
    const auto progress = (*script)->start("", {});
    const bool was_no_function =
        !progress && progress.error().message == "the script must return a function";
    return progress || was_no_function ? "harmless" : name_of(progress.error());
}

class SharedAttack : public testing::TestWithParam<AttackFile> {};

TEST_P(SharedAttack, EndsAsExpectedAndIsNotNoticedByItsNeighbours) {
    const AttackFile& attack = GetParam();
    const std::string expected = end_of(*begun_victim(shared_vm()));
    const auto vm = shared_vm();
    const auto before = begun_victim(vm);

    const std::string outcome = run_attack(vm, attack);

    EXPECT_NE(std::ranges::find(attack.expected, outcome), attack.expected.end()) << outcome;
    EXPECT_EQ(vm->is_usable(), outcome != "aborted") << outcome;
    if (vm->is_usable()) {
        EXPECT_EQ(end_of(*before), expected);
        vm->collect();
        EXPECT_EQ(end_of(*begun_victim(vm)), expected);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Corpus,
    SharedAttack,
    testing::ValuesIn(read_corpus(SLUICE_SOURCE_DIR "/tests/attacks")),
    name_of_case
);

}  // namespace
}  // namespace sluice::attacks
