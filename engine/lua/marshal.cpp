#include "lua/marshal.hpp"

#include <algorithm>
#include <cmath>
#include <lauxlib.h>
#include <string>
#include <vector>

#include <lua.h>

#include "lua/box.hpp"
#include "lua/call.hpp"
#include "lua/diagnosis.hpp"
#include "lua/money_library.hpp"
#include "lua/tables.hpp"
#include "lua/utf8.hpp"

namespace sluice::lua {
namespace {

constexpr int kValueDepthMax = 32;
constexpr int kNodesMax = 10'000;
constexpr int kValueSlotsALevel = 8;
constexpr std::size_t kMembersExpected = 8;

class Pusher {
  public:
    explicit Pusher(lua_State* state) : state_(state) {}

    void push(const Value& value, int depth) {
        if (depth > kValueDepthMax || lua_checkstack(state_, kValueSlotsALevel) == 0) {
            raise(state_, "a value from outside is nested more than 32 deep");
        }
        if (const auto* text = value.as_text()) {
            lua_pushlstring(state_, text->data(), text->size());
        } else if (const auto* whole = value.as_int()) {
            lua_pushinteger(state_, *whole);
        } else if (const auto* members = value.as_object()) {
            push_record(*members, depth);
        } else if (const auto* list = value.as_array()) {
            push_list(*list, depth);
        } else if (const auto* money = value.as_money()) {
            push_money(state_, *money);
        } else if (const auto* truth = value.as_bool()) {
            lua_pushboolean(state_, *truth ? 1 : 0);
        } else if (const auto* fraction = value.as_double()) {
            lua_pushnumber(state_, *fraction);
        } else {
            lua_pushnil(state_);
        }
    }

  private:
    void push_list(const ValueArray& list, int depth) {
        lua_createtable(state_, static_cast<int>(list.size()), 0);
        lua_Integer position = 0;
        for (const Value& element : list) {
            ++position;
            if (element.is_null()) {
                raise(
                    state_,
                    "position " + std::to_string(position) +
                        " of a list from outside is null, which a list cannot hold"
                );
            }
            push(element, depth + 1);
            lua_rawseti(state_, -2, position);
        }
    }

    void push_record(const ValueObject& members, int depth) {
        std::vector<std::string_view> nulls;
        lua_createtable(state_, 0, static_cast<int>(members.size()));
        for (const auto& [name, member] : members) {
            if (member.is_null()) {
                nulls.emplace_back(name);
                continue;
            }
            lua_pushlstring(state_, name.data(), name.size());
            push(member, depth + 1);
            lua_rawset(state_, -3);
        }
        make_record(state_, nulls);
    }

    lua_State* state_;
};

/// Where the reader stands, kept on the C++ stack: text is made of it only for an error.
struct Step {
    const Step* parent = nullptr;
    std::string_view name;
    lua_Integer position = 0;
};

std::string path_of(const Step* step) {
    if (step == nullptr || step->parent == nullptr) {
        return "the value";
    }
    std::string path;
    for (; step->parent != nullptr; step = step->parent) {
        std::string part = "[" + std::to_string(step->position) + "]";
        if (step->position == 0) {
            part = (step->parent->parent != nullptr ? "." : "") + printable(step->name);
        }
        path.insert(0, part);
    }
    return "'" + path + "'";
}

class Reader {
  public:
    Reader(lua_State* state, Functions functions) : state_(state), functions_(functions) {}

    Value read(int index, const Step& step, int depth) {
        if (++nodes_ > kNodesMax) {
            raise(state_, "a value that leaves a script has at most 10000 parts");
        }
        switch (lua_type(state_, index)) {
            case LUA_TNIL:
                return {};
            case LUA_TBOOLEAN:
                return Value(lua_toboolean(state_, index) != 0);
            case LUA_TNUMBER:
                return read_number(index, step);
            case LUA_TSTRING:
                return read_text(index, step);
            case LUA_TTABLE:
                return read_table(index, step, depth);
            case LUA_TUSERDATA:
                return Value(money_at(state_, index));
            default:
                if (functions_ == Functions::skip) {
                    return {};
                }
                refuse(step, "is a function, which cannot leave a script");
        }
    }

  private:
    [[noreturn]] void refuse(const Step& step, std::string_view why) {
        raise(state_, path_of(&step) + " " + std::string(why));
    }

    Value read_number(int index, const Step& step) {
        if (lua_isinteger(state_, index) != 0) {
            return Value(std::int64_t{lua_tointeger(state_, index)});
        }
        const double number = lua_tonumber(state_, index);
        if (!std::isfinite(number)) {
            refuse(step, "is not a finite number");
        }
        return Value(number);
    }

    Value read_text(int index, const Step& step) {
        std::size_t size = 0;
        const char* bytes = lua_tolstring(state_, index, &size);
        const std::string_view text(bytes, size);
        if (text.find('\0') != std::string_view::npos || !is_utf8(text)) {
            refuse(step, "is not a text in UTF-8");
        }
        return Value(text);
    }

    Value read_table(int index, const Step& step, int depth) {
        if (depth >= kValueDepthMax || lua_checkstack(state_, kValueSlotsALevel) == 0) {
            refuse(step, "is nested more than 32 deep or contains itself");
        }
        push_view(state_, index);
        const int table = lua_gettop(state_);
        const auto length = static_cast<lua_Integer>(lua_rawlen(state_, table));
        Value result =
            length > 0 ? read_list(table, {length, step, depth}) : read_record(table, step, depth);
        lua_settop(state_, table - 1);
        return result;
    }

    struct ListPlace {
        lua_Integer length;
        const Step& step;
        int depth;
    };

    Value read_list(int table, ListPlace place) {
        lua_Integer keys = 0;
        lua_pushnil(state_);
        while (lua_next(state_, table) != 0) {
            lua_pop(state_, 1);
            if (lua_type(state_, -1) == LUA_TLIGHTUSERDATA) {
                continue;
            }
            if (lua_isinteger(state_, -1) == 0) {
                refuse(place.step, "mixes list positions with named fields");
            }
            ++keys;
        }
        if (keys != place.length) {
            refuse(place.step, "is a list with holes: use list.remove, not nil, to take one out");
        }
        charge(keys);
        ValueArray list;
        list.reserve(static_cast<std::size_t>(place.length));
        for (lua_Integer i = 1; i <= place.length; ++i) {
            lua_rawgeti(state_, table, i);
            if (is_skipped()) {
                lua_pop(state_, 1);
                continue;
            }
            list.push_back(read(lua_gettop(state_), {&place.step, {}, i}, place.depth + 1));
            lua_pop(state_, 1);
        }
        return Value(std::move(list));
    }

    Value read_record(int table, const Step& step, int depth) {
        ValueObject members;
        members.reserve(kMembersExpected);
        lua_pushnil(state_);
        while (lua_next(state_, table) != 0) {
            const int kind = lua_type(state_, -2);
            if (kind == LUA_TLIGHTUSERDATA || is_skipped()) {
                lua_pop(state_, 1);
                continue;
            }
            if (kind == LUA_TNUMBER) {
                refuse(step, "is a list with holes: use list.remove, not nil, to take one out");
            }
            if (kind != LUA_TSTRING) {
                refuse(step, "has a field whose name is not a text");
            }
            add_member(members, step, depth);
            lua_pop(state_, 1);
        }
        charge(static_cast<std::int64_t>(members.size()) * 2);
        if (members.empty()) {
            return Value(ValueArray{});
        }
        std::ranges::sort(members, {}, &ValueMember::first);
        return Value(std::move(members));
    }

    void add_member(ValueObject& members, const Step& step, int depth) {
        std::size_t size = 0;
        const char* name = lua_tolstring(state_, -2, &size);
        const Step here{&step, {name, size}, 0};
        if (here.name.find('\0') != std::string_view::npos || !is_utf8(here.name)) {
            refuse(here, "has a name that is not a text in UTF-8");
        }
        Value value = read(lua_gettop(state_), here, depth + 1);
        members.emplace_back(std::string(here.name), std::move(value));
    }

    bool is_skipped() const {
        return functions_ == Functions::skip && lua_type(state_, -1) == LUA_TFUNCTION;
    }

    void charge(std::int64_t work) { box_of(state_).meters.charge(state_, work); }

    lua_State* state_;
    Functions functions_;
    int nodes_ = 0;
};

}  // namespace

void push_value(lua_State* state, const Value& value) { Pusher(state).push(value, 0); }

Value read_value(lua_State* state, int index, Functions functions) {
    return Reader(state, functions).read(lua_absindex(state, index), Step{}, 0);
}

}  // namespace sluice::lua
