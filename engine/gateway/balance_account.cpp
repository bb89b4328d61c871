#include "gateway/balance_account.hpp"

namespace sluice::gateway {

std::optional<std::string> balance_fault(
    const std::optional<Account>& found, const NamedAccount& named
) {
    const std::string name = "account " + named.id.to_string();
    if (!found || found->identity.merchant_id != named.merchant_id) {
        return name + " does not exist";
    }
    if (found->identity.kind != AccountKind::balance) {
        return name + " is a " + std::string(to_string(found->identity.kind)) +
               ", wanted a balance";
    }
    if (found->identity.currency != named.currency) {
        return name + " holds " + std::string(found->identity.currency.code()) + ", wanted " +
               std::string(named.currency.code());
    }
    if (!found->is_open) {
        return name + " is closed, wanted an open one";
    }
    return std::nullopt;
}

}  // namespace sluice::gateway
