#include <algorithm>
#include <string>

#include <lua.h>

#include "lua/box.hpp"
#include "lua/call.hpp"
#include "lua/list_library.hpp"
#include "lua/tables.hpp"

namespace sluice::lua {
namespace {

constexpr lua_Integer kSortMax = 10'000;
constexpr int kList = 1;
constexpr int kComparator = 2;

/// Bottom-up merge sort between two tables the script cannot see, so that whatever a comparator
/// does to the list, positions stay in range and equal values keep their order.
class MergeSort {
  public:
    MergeSort(lua_State* state, lua_Integer size) : state_(state), size_(size) {}

    void run() {
        lua_createtable(state_, static_cast<int>(size_), 0);
        lua_createtable(state_, static_cast<int>(size_), 0);
        from_ = lua_gettop(state_) - 1;
        to_ = from_ + 1;
        copy(kList, from_);
        for (lua_Integer width = 1; width < size_; width *= 2) {
            for (lua_Integer at = 1; at <= size_; at += 2 * width) {
                merge(at, std::min(at + width, size_ + 1), std::min(at + 2 * width, size_ + 1));
            }
            std::swap(from_, to_);
        }
        copy(from_, kList);
    }

  private:
    void copy(int source, int target) {
        for (lua_Integer i = 1; i <= size_; ++i) {
            lua_rawgeti(state_, source, i);
            lua_rawseti(state_, target, i);
        }
    }

    void merge(lua_Integer left, lua_Integer middle, lua_Integer end) {
        lua_Integer right = middle;
        const lua_Integer left_end = middle;
        for (lua_Integer at = left; at < end; ++at) {
            const bool from_right = left >= left_end || (right < end && is_before(right, left));
            lua_rawgeti(state_, from_, from_right ? right++ : left++);
            lua_rawseti(state_, to_, at);
        }
    }

    bool is_before(lua_Integer a, lua_Integer b) {
        box_of(state_).meters.charge(state_, 3);
        bool before = false;
        if (lua_isnil(state_, kComparator)) {
            lua_rawgeti(state_, from_, a);
            lua_rawgeti(state_, from_, b);
            before = lua_compare(state_, -2, -1, LUA_OPLT) != 0;
            lua_pop(state_, 2);
        } else {
            lua_pushvalue(state_, kComparator);
            lua_rawgeti(state_, from_, a);
            lua_rawgeti(state_, from_, b);
            lua_call(state_, 2, 1);
            before = lua_toboolean(state_, -1) != 0;
            lua_pop(state_, 1);
        }
        return before;
    }

    lua_State* state_;
    lua_Integer size_;
    int from_ = 0;
    int to_ = 0;
};

}  // namespace

int sort_list(lua_State* state) {
    const Call call(state, "list.sort");
    call.own_table(kList);
    lua_settop(state, kComparator);
    if (!lua_isnil(state, kComparator) && lua_type(state, kComparator) != LUA_TFUNCTION) {
        call.wrong(kComparator, "a function that compares two values");
    }
    const auto size = static_cast<lua_Integer>(lua_rawlen(state, kList));
    if (size > kSortMax) {
        call.error("at most 10000 values can be sorted");
    }
    call.charge(size * 2);
    MergeSort(state, size).run();
    return 0;
}

}  // namespace sluice::lua
