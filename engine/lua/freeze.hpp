#pragma once

#include <string_view>
#include <unordered_set>
#include <vector>

#include "lua/program.hpp"
#include "lua/tables.hpp"

struct lua_State;

namespace sluice::lua {

/// Makes what libraries hand out unchangeable, so that scripts which share an interpreter cannot
/// tell each other anything through it: walks over all that a value reaches (tables, keys, methods,
/// what functions keep from around them), freezes the tables, and refuses what would still change:
/// a function that assigns a name it keeps, an iterator. One Vm.
class Freezer {
  public:
    Freezer(const std::vector<ProgramPtr>& sources, Absent absent)
        : sources_(sources), absent_(absent) {}

    /// Takes the value at `index` as unchangeable and never walks over it.
    void trust(lua_State* state, int index);

    /// Freezes all that the value at `index` reaches. Raises a mistake.
    void freeze_value(lua_State* state, int index) { visit(state, index, 0); }

    /// Freezes what the members of the table at `index` reach, and the table. Raises a mistake.
    void freeze_members(lua_State* state, int index);

  private:
    void visit(lua_State* state, int index, int depth);
    void visit_function(lua_State* state, int index, int depth);
    void visit_table(lua_State* state, int index, int depth);
    void visit_content(lua_State* state, int index, int depth);
    void visit_law(lua_State* state, int depth);
    [[nodiscard]] bool is_assigned(std::string_view script, std::string_view name) const;

    const std::vector<ProgramPtr>& sources_;
    Absent absent_;
    /// What it has walked over stays reachable for good, so no address comes up twice.
    std::unordered_set<const void*> seen_;
};

}  // namespace sluice::lua
