#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::gateway {

/// A right that a key has and an address asks for. `open` is no right: whoever comes may call.
enum class Scope : std::uint8_t {
    open,
    orders,
    payments,
    refunds,
    payouts,
    transfers,
    accounts,
    events,    ///< reading what happened
    webhooks,  ///< managing where it is told
    tasks,     ///< deciding what waits for a person
    read,      ///< any GET, and nothing else
    channels,  ///< channels and their accounts: for operators with the role of that name
};

/// Every right as the configuration names it (but `channels`, which it gives to no key), in the
/// order of the enumerators behind `open`.
constexpr std::array<std::string_view, 11> kScopeNames{
    "orders",
    "payments",
    "refunds",
    "payouts",
    "transfers",
    "accounts",
    "events",
    "webhooks",
    "tasks",
    "read",
    "channels",
};

[[nodiscard]] std::string_view to_string(Scope scope);
/// Nothing for a name that no right has; "open" is none.
[[nodiscard]] std::optional<Scope> parse_scope(std::string_view name);

/// The rights of one key. A value type; any thread.
class Scopes {
  public:
    /// What a business system needs: all but deciding tasks and configuring channels.
    static Scopes of_business();
    /// What a person who operates needs: to read everything and to decide tasks.
    static Scopes of_operator();

    Scopes& add(Scope scope);
    [[nodiscard]] bool has(Scope scope) const;
    /// Whether a request of that method may call an address that asks for `needed`.
    [[nodiscard]] bool permit(Scope needed, std::string_view method) const;
    /// "orders, read".
    [[nodiscard]] std::string list() const;

    friend bool operator==(const Scopes&, const Scopes&) = default;

  private:
    std::uint32_t bits_ = 0;
};

}  // namespace sluice::gateway
