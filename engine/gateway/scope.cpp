#include "gateway/scope.hpp"

#include <algorithm>

namespace sluice::gateway {
namespace {

std::uint32_t bit_of(Scope scope) { return 1U << static_cast<std::uint32_t>(scope); }

Scope scope_at(std::size_t index) { return static_cast<Scope>(index + 1); }

}  // namespace

std::string_view to_string(Scope scope) {
    return scope == Scope::open ? "open" : kScopeNames[static_cast<std::size_t>(scope) - 1];
}

std::optional<Scope> parse_scope(std::string_view name) {
    const auto* found = std::ranges::find(kScopeNames, name);
    if (found == kScopeNames.end()) {
        return std::nullopt;
    }
    return scope_at(static_cast<std::size_t>(found - kScopeNames.begin()));
}

Scopes Scopes::of_business() {
    Scopes all;
    for (std::size_t i = 0; i < kScopeNames.size(); ++i) {
        all.add(scope_at(i));
    }
    all.bits_ &= ~(bit_of(Scope::tasks) | bit_of(Scope::channels));
    return all;
}

Scopes Scopes::of_operator() { return Scopes().add(Scope::read).add(Scope::tasks); }

Scopes& Scopes::add(Scope scope) {
    bits_ |= bit_of(scope);
    return *this;
}

bool Scopes::has(Scope scope) const { return (bits_ & bit_of(scope)) != 0; }

bool Scopes::permit(Scope needed, std::string_view method) const {
    const bool is_reading = method == "GET" || method == "HEAD";
    return needed == Scope::open || has(needed) || (is_reading && has(Scope::read));
}

std::string Scopes::list() const {
    std::string text;
    for (std::size_t i = 0; i < kScopeNames.size(); ++i) {
        if (has(scope_at(i))) {
            text += (text.empty() ? "" : ", ") + std::string(kScopeNames[i]);
        }
    }
    return text;
}

}  // namespace sluice::gateway
