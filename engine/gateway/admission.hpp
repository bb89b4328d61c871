#pragma once

#include <optional>
#include <vector>

#include "gateway/auth.hpp"
#include "gateway/call.hpp"
#include "gateway/metrics.hpp"
#include "gateway/problem.hpp"
#include "gateway/routes.hpp"

namespace sluice::gateway {

/// Decides who may come in: whose key a request carries, whether its signature is right where the
/// key wants one, and whether the key may do what the address does. Owned by the Gateway, whose
/// parts outlive it; any thread.
class Admission {
  public:
    /// Throws std::invalid_argument when the keys are wrong.
    Admission(const std::vector<ApiKey>& keys, const Collaborators& parts, Metrics& metrics);

    /// Finds the caller and completes the call with it; then, unless must_prove(), checks the rest
    /// of the head. 400 for a header that stands twice, 401 for no or an unknown key, 403 for what
    /// the key may not do, 400 for a query that the address does not know. Does not block.
    [[nodiscard]] std::optional<Problem> recognise(Call& call, const Route& route) const;

    /// Whether the caller is not believed before prove(). What another node of ours sent on was
    /// proved there: its nonce is used up.
    [[nodiscard]] bool must_prove(const Call& call) const;

    /// Checks the signature, uses up its nonce, and then checks the rest of the head as
    /// recognise() does. 401 `bad_signature` says what was wrong. Blocks on the database.
    [[nodiscard]] std::optional<Problem> prove(const Call& call, const Route& route) const;

  private:
    const KeyRing keys_;
    const Collaborators& parts_;
    Metrics& metrics_;
};

}  // namespace sluice::gateway
