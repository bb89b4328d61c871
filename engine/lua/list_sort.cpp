#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include <lua.h>

#include "lua/box.hpp"
#include "lua/call.hpp"
#include "lua/list_library.hpp"
#include "lua/tables.hpp"

namespace sluice::lua {
namespace {

constexpr lua_Integer kSortMax = 10'000;
constexpr int kList = 1;
constexpr int kBy = 2;

/// Bottom-up merge sort of positions in a copy that the script cannot see, so that whatever a
/// comparator does to the list, positions stay in range and equal values keep their order.
class MergeSort {
  public:
    MergeSort(lua_State* state, lua_Integer size)
        : state_(state), order_(static_cast<std::size_t>(size)), merged_(order_.size()) {
        std::iota(order_.begin(), order_.end(), 1);
    }

    void run(const Call& call) {
        copy_values();
        const bool by_field = lua_type(state_, kBy) == LUA_TSTRING;
        compared_ = by_field ? push_fields(call) : values_;
        calls_ = lua_type(state_, kBy) == LUA_TFUNCTION;
        const std::size_t size = order_.size();
        for (std::size_t width = 1; width < size; width *= 2) {
            for (std::size_t at = 0; at < size; at += 2 * width) {
                merge(at, std::min(at + width, size), std::min(at + 2 * width, size));
            }
            std::swap(order_, merged_);
        }
        lua_Integer at = 0;
        for (const lua_Integer from : order_) {
            lua_rawgeti(state_, values_, from);
            lua_rawseti(state_, kList, ++at);
        }
    }

  private:
    void copy_values() {
        lua_createtable(state_, static_cast<int>(order_.size()), 0);
        values_ = lua_gettop(state_);
        for (const lua_Integer at : order_) {
            lua_rawgeti(state_, kList, at);
            lua_rawseti(state_, values_, at);
        }
    }

    /// Pushes a list of what each value has in the field that the argument names.
    int push_fields(const Call& call) {
        lua_createtable(state_, static_cast<int>(order_.size()), 0);
        const int fields = lua_gettop(state_);
        for (const lua_Integer at : order_) {
            if (lua_rawgeti(state_, values_, at) != LUA_TTABLE) {
                refuse_value(call, at);
            }
            push_view(state_, -1);
            lua_pushvalue(state_, kBy);
            if (lua_rawget(state_, -2) == LUA_TNIL) {
                refuse_value(call, at);
            }
            lua_rawseti(state_, fields, at);
            lua_settop(state_, fields);
        }
        return fields;
    }

    [[noreturn]] void refuse_value(const Call& call, lua_Integer at) {
        call.error(
            "position " + std::to_string(at) + " has no field '" +
            std::string(call.text(kBy).substr(0, kFieldShown)) + "'"
        );
    }

    void merge(std::size_t left, std::size_t middle, std::size_t end) {
        std::size_t right = middle;
        const std::size_t left_end = middle;
        for (std::size_t at = left; at < end; ++at) {
            const bool from_right =
                left >= left_end || (right < end && is_before(order_[right], order_[left]));
            merged_[at] = order_[from_right ? right++ : left++];
        }
    }

    bool is_before(lua_Integer a, lua_Integer b) {
        box_of(state_).meters.charge(state_, 3);
        bool before = false;
        if (calls_) {
            lua_pushvalue(state_, kBy);
            lua_rawgeti(state_, compared_, a);
            lua_rawgeti(state_, compared_, b);
            lua_call(state_, 2, 1);
            before = lua_toboolean(state_, -1) != 0;
            lua_pop(state_, 1);
        } else {
            lua_rawgeti(state_, compared_, a);
            lua_rawgeti(state_, compared_, b);
            before = lua_compare(state_, -2, -1, LUA_OPLT) != 0;
            lua_pop(state_, 2);
        }
        return before;
    }

    static constexpr std::size_t kFieldShown = 64;

    lua_State* state_;
    std::vector<lua_Integer> order_;
    std::vector<lua_Integer> merged_;
    int values_ = 0;
    int compared_ = 0;  ///< the values, or their fields
    bool calls_ = false;
};

}  // namespace

int sort_list(lua_State* state) {
    const Call call(state, "list.sort");
    call.own_table(kList);
    lua_settop(state, kBy);
    const int by = lua_type(state, kBy);
    if (by != LUA_TNIL && by != LUA_TSTRING && by != LUA_TFUNCTION) {
        call.wrong(kBy, "the name of a field, or a function that compares two values");
    }
    const auto size = static_cast<lua_Integer>(lua_rawlen(state, kList));
    if (size > kSortMax) {
        call.error("at most 10000 values can be sorted");
    }
    call.charge(size * 2);
    MergeSort(state, size).run(call);
    return 0;
}

}  // namespace sluice::lua
