#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret.hpp"

namespace sluice::gateway {

/// One secret key of a merchant, as the configuration gives it.
struct MerchantKey {
    std::string merchant_id;
    Secret<std::string> key;
};

/// Tells whose key a request carries. Keeps digests only; every look-up compares with all of them
/// in constant time. Immutable after construction: any thread.
class KeyRing {
  public:
    /// Throws std::invalid_argument for an empty merchant or key, or one key given twice.
    explicit KeyRing(const std::vector<MerchantKey>& keys);

    /// The merchant of an Authorization header "Bearer <key>"; nullopt when there is none.
    [[nodiscard]] std::optional<std::string> find_merchant(std::string_view authorization) const;

  private:
    struct Entry {
        std::string merchant_id;
        std::string digest;
    };
    std::vector<Entry> entries_;
};

/// Compares without telling by its duration how much is equal. Lengths are not hidden.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace sluice::gateway
