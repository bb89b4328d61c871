#include "lua/interpreter.hpp"

#include <cstring>

#include <lua.h>

#include "core/invariant.hpp"
#include "lua/box.hpp"

namespace sluice::lua {

// The linker sends the one call by which a new interpreter mixes addresses and the time into the
// seed of its hash tables here (see third_party.cmake). With a constant, the layout of tables, and
// with it the length of a list with holes, is the same in every process. It must stand in this
// file: whoever opens an interpreter then also links it.
unsigned fixed_hash_seed(const char* text, std::size_t size, unsigned seed) asm(
    "__wrap__Z9luaS_hashPKcmj"
);
unsigned fixed_hash_seed(const char*, std::size_t, unsigned) { return 0x51a1ce05U; }

namespace {

int panic(lua_State*) {
    // Lua calls this for an error outside of a protected call; there is none.
    constexpr bool kEveryEntryIsProtected = false;
    SLUICE_INVARIANT(kEveryEntryIsProtected);
    return 0;
}

}  // namespace

// Nothing in the interpreter has a finalizer, and the arena of its box takes all its memory back at
// once: closing it object by object would only cost time.
void CloseInterpreter::operator()(lua_State*) const {}

Interpreter open_interpreter(Box& box) {
    lua_State* state = lua_newstate(Meters::allocate, &box.meters);
    if (state != nullptr) {
        Box* self = &box;
        std::memcpy(lua_getextraspace(state), static_cast<const void*>(&self), sizeof(Box*));
        lua_atpanic(state, panic);
    }
    return Interpreter(state);
}

}  // namespace sluice::lua
