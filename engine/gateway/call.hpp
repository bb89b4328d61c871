#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/callback_gate.hpp"
#include "gateway/gateway.hpp"
#include "gateway/id_source.hpp"
#include "gateway/problem.hpp"
#include "http/message.hpp"

namespace sluice::gateway {

/// One request on its way through a handler: who asks, and the decoded names in its address.
struct Call {
    const http::Request& request;
    std::string request_id;
    const Caller* caller = nullptr;  ///< nullptr for open addresses
    std::string_view merchant_id;    ///< the caller's; empty for an operator of all merchants
    std::vector<std::string> captures;
    bool forwarded = false;  ///< another node sent it here

    /// Whether the caller may be shown what belongs to the merchant.
    [[nodiscard]] bool sees(std::string_view merchant) const {
        return caller != nullptr && caller->sees(merchant);
    }
    /// Whose objects a store may show the caller; nothing: every merchant's.
    [[nodiscard]] std::optional<std::string_view> shown_merchant() const {
        const bool sees_all = caller != nullptr && caller->of_all_merchants;
        return sees_all ? std::nullopt : std::optional(merchant_id);
    }
};

/// What all handlers share. Owned by the Gateway.
struct Services {
    const Settings& settings;
    const Collaborators& parts;
    IdSource& ids;
    CallbackGate& callback_gate;
};

/// The id a path names, or 404: what is no id names nothing.
template <class SomeId>
std::expected<SomeId, Problem> id_in_path(const Call& call, std::string_view what) {
    auto id = SomeId::parse(call.captures.front());
    if (!id) {
        return std::unexpected(not_found(what, call.captures.front()));
    }
    return *id;
}

}  // namespace sluice::gateway

/// SLUICE_ASSIGN for handlers: leaves with the Problem, or goes on with the value.
#define SLUICE_ANSWER_ASSIGN(var, expr) \
    SLUICE_ANSWER_ASSIGN_INNER(SLUICE_CONCAT(sluice_answer_, __LINE__), var, expr)
#define SLUICE_ANSWER_ASSIGN_INNER(temporary, var, expr)      \
    auto temporary = (expr);                                  \
    if (!temporary) {                                         \
        return std::unexpected(std::move(temporary).error()); \
    }                                                         \
    var = std::move(temporary).value()
