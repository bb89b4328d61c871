#include "lua/libraries.hpp"

#include "lua/base_library.hpp"
#include "lua/list_library.hpp"
#include "lua/math_library.hpp"
#include "lua/money_library.hpp"
#include "lua/text_library.hpp"

namespace sluice::lua {

void open_libraries(lua_State* state) {
    open_base_library(state);
    open_money_library(state);
    open_text_library(state);
    open_list_library(state);
    open_math_library(state);
}

}  // namespace sluice::lua
