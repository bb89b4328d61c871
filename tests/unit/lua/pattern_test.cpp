#include "lua/pattern.hpp"

#include <lauxlib.h>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <lua.h>
#include <lualib.h>

#include "core/random.hpp"

namespace sluice::lua {
namespace {

/// Lua's own string.find in its own interpreter: the judge.
class StockMatcher {
  public:
    StockMatcher() : state_(luaL_newstate(), lua_close) { luaL_openlibs(state_.get()); }

    /// "3 5 cap ..." or "none", or "malformed".
    std::string find(const std::string& text, const std::string& pattern) {
        lua_State* state = state_.get();
        lua_settop(state, 0);
        lua_getglobal(state, "string");
        lua_getfield(state, -1, "find");
        lua_pushlstring(state, text.data(), text.size());
        lua_pushlstring(state, pattern.data(), pattern.size());
        if (lua_pcall(state, 2, LUA_MULTRET, 0) != LUA_OK) {
            return "malformed";
        }
        if (lua_isnil(state, 2)) {
            return "none";
        }
        std::string out;
        for (int i = 2; i <= lua_gettop(state); ++i) {
            out += std::string(lua_tostring(state, i)) + " ";
        }
        return out;
    }

  private:
    std::unique_ptr<lua_State, void (*)(lua_State*)> state_;
};

std::string find_ours(const std::string& text, const std::string& source) {
    const auto pattern = Pattern::read(source);
    if (!pattern) {
        return "malformed";
    }
    std::int64_t steps = 10'000'000;
    Pattern::Match match;
    if (pattern->search(text, 0, steps, match) != Pattern::Found::yes) {
        return "none";
    }
    std::string out = std::to_string(match.begin + 1) + " " + std::to_string(match.end) + " ";
    for (const Pattern::Capture& capture : match.captures) {
        out += capture.is_position ? std::to_string(capture.begin + 1)
                                   : text.substr(capture.begin, capture.end - capture.begin);
        out += " ";
    }
    return out;
}

std::string made_of(std::string_view letters, Random& random, std::size_t size_max) {
    std::string out;
    const std::size_t size = random.next() % (size_max + 1);
    for (std::size_t i = 0; i < size; ++i) {
        out.push_back(letters[random.next() % letters.size()]);
    }
    return out;
}

TEST(Pattern, AgreesWithLuaWhereverBothAcceptIt) {
    SeededRandom random(20'260'101);
    StockMatcher stock;
    int compared = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string text = made_of("aab1 x()", random, 14);
        const std::string pattern = made_of("aab.%dws*+-?()[]^$1", random, 8);
        const std::string ours = find_ours(text, pattern);
        if (ours == "malformed") {
            continue;
        }
        const std::string theirs = stock.find(text, pattern);
        if (theirs != "malformed") {
            ASSERT_EQ(ours, theirs) << "'" << text << "' ~ '" << pattern << "'";
            ++compared;
        }
    }
    EXPECT_GT(compared, 5'000);
}

TEST(Pattern, GivesUpWhenItsStepsAreUsed) {
    const std::string text(60'000, 'x');
    const auto pattern = Pattern::read(".-.-.-.-y").value();
    std::int64_t steps = Pattern::kStepsMax;
    Pattern::Match match;

    EXPECT_EQ(pattern.search(text, 0, steps, match), Pattern::Found::too_much_work);
}

}  // namespace
}  // namespace sluice::lua
