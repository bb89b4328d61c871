#pragma once

#include <cstdint>
#include <string>
#include <string_view>

struct lua_State;

namespace sluice::lua {

/// The arguments of one library function, checked with errors that name the function, the argument
/// and what was expected. Numbers are never read from texts and fractions never become whole.
class Call {
  public:
    Call(lua_State* state, std::string_view name) : state_(state), name_(name) {}

    [[nodiscard]] std::string_view text(int index) const;
    [[nodiscard]] std::int64_t whole(int index) const;
    [[nodiscard]] std::int64_t whole_or(int index, std::int64_t fallback) const;
    /// Replaces a frozen table at `index` by its content, so that raw access sees it.
    void table(int index) const;
    /// The same for a table that will be changed: refuses frozen ones.
    void own_table(int index) const;
    [[nodiscard]] int count() const;

    [[noreturn]] void wrong(int index, std::string_view expected) const;
    [[noreturn]] void error(std::string_view message) const;

    /// Charges the building of a text and refuses one over 128 KiB before it is built.
    void charge_text(std::size_t bytes) const;
    void charge(std::int64_t work) const;

  private:
    lua_State* state_;
    std::string_view name_;
};

/// "nil", "text", "whole number", "fraction", "money", "table", "function": what people call it.
[[nodiscard]] std::string_view kind_at(lua_State* state, int index);

/// Pushes the text that tostring() gives: no addresses, the same on every machine.
void push_display(lua_State* state, int index);

}  // namespace sluice::lua
