#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret.hpp"
#include "gateway/scope.hpp"
#include "gateway/signature.hpp"

namespace sluice::gateway {

/// The merchant of an operator's key that stands for all merchants.
inline constexpr std::string_view kAllMerchants = "*";

/// One secret key, as the configuration gives it: of a merchant's business system, or of a person
/// who operates.
struct ApiKey {
    std::string merchant_id;  ///< kAllMerchants: all of them, for an operator only
    Secret<std::string> key;
    std::string id;                ///< empty: made of the key's digest
    std::optional<Scopes> scopes;  ///< nothing: those of a business system; not for operators
    std::string operator_name;     ///< empty: of a business system
    std::vector<std::string> roles;
    std::optional<SignatureRule> signature;  ///< what every request must be signed with
};

/// Who asks: what the key of a request stands for. Immutable, owned by the KeyRing; any thread.
struct Caller {
    std::string key_id;
    std::string merchant_id;  ///< empty: an operator of all merchants
    bool of_all_merchants = false;
    std::string operator_name;  ///< empty: a business system
    std::vector<std::string> roles;
    Scopes scopes;
    std::optional<SignatureRule> signature;

    /// Whether it may be shown what belongs to the merchant.
    [[nodiscard]] bool sees(std::string_view merchant) const {
        return of_all_merchants || merchant == merchant_id;
    }
};

/// Tells whose key a request carries. Keeps digests only; every look-up compares with all of them
/// in constant time. Immutable after construction: any thread.
class KeyRing {
  public:
    /// Throws std::invalid_argument for an empty key, a merchant's name that is none, two equal
    /// keys or ids, and a key of all merchants that is no operator's.
    explicit KeyRing(const std::vector<ApiKey>& keys);

    /// Who sends an Authorization header "Bearer <key>"; nullptr when nobody we know.
    [[nodiscard]] const Caller* find(std::string_view authorization) const;
    /// One line for each key: how it is called, whose it is and what it may do.
    void log_keys() const;

  private:
    struct Entry {
        Caller caller;
        std::string digest;
    };
    void add(const ApiKey& key);

    std::vector<Entry> entries_;
};

/// Compares without telling by its duration how much is equal. Lengths are not hidden.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace sluice::gateway
