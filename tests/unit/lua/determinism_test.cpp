#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include "unit/lua/lua_fixture.hpp"

namespace sluice::lua::testing {
namespace {

/// Everything that differed between processes in stock Lua: order, length with holes, ties,
/// addresses.
constexpr std::string_view kProbe = R"(
local out = {}
local words = text.split("the quick brown fox jumps over the lazy dog and runs far away", " ")
local set = {}
for i, w in ipairs(words) do set[w] = i end
for k, v in pairs(set) do list.insert(out, k .. v) end
for n = 1, 40 do
  local holes = {}
  for i = 1, n do holes[i] = i; holes["k" .. i] = i end
  for i = 1, n, 3 do holes[i] = nil end
  list.insert(out, #holes)
end
local ties = {}
for i = 1, 300 do ties[i] = { key = i % 7, id = i } end
list.sort(ties, function(a, b) return a.key < b.key end)
for _, t in ipairs(ties) do list.insert(out, t.id) end
list.insert(out, tostring({}) .. tostring(pairs) .. text.format("%s %.3f", {}, 1234.5))
list.insert(out, ("ä"):upper() .. tostring(1e15) .. tostring(0.1))
return list.concat(out, ",")
)";

std::string testing_program() {
    std::array<char, 4096> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
    return {path.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

/// Runs this very program in a new process that prints the probe's result.
std::string probe_in(const std::string& environment) {
    const std::string command = environment + " SLUICE_LUA_PROBE=1 " + testing_program() +
                                " --gtest_filter=Determinism.PrintsItsProbe";
    std::string out;
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) {
        return "cannot start";
    }
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
        const std::string line(buffer.data());
        out += line.starts_with("probe ") || !out.empty() ? line : "";
    }
    ::pclose(pipe);
    return out.substr(0, out.find('\n'));
}

TEST(Determinism, PrintsItsProbe) {
    const std::string result = run(kProbe);

    if (std::getenv("SLUICE_LUA_PROBE") != nullptr) {
        std::printf("probe %s\n", result.c_str());
    }
    EXPECT_TRUE(result.starts_with("\"and10,")) << result;
}

TEST(Determinism, GivesTheSameBytesInEveryProcess) {
    const std::string first = probe_in("LC_ALL=C TZ=UTC");

    EXPECT_TRUE(first.starts_with("probe \"and10,")) << first;
    EXPECT_EQ(probe_in("LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 TZ=Asia/Shanghai"), first);
    EXPECT_EQ(probe_in("LC_ALL=C.UTF-8 TZ=America/New_York"), first);
}

}  // namespace
}  // namespace sluice::lua::testing
