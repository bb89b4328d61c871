#pragma once

#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "core/secret.hpp"
#include "http/message.hpp"
#include "simulator/api_error.hpp"
#include "simulator/bank_account.hpp"
#include "simulator/platform_signature.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// What a signature of the bank's protocol covers; channels/bank/README.md tells what the first two
/// lines are in a request, an answer and a callback.
struct BankSigned {
    std::string_view first;
    std::string_view second;
    std::string_view timestamp;
    std::string_view nonce;
    std::string_view body;
};
/// 64 lower-case hexadecimal characters.
[[nodiscard]] std::string bank_signature(const Secret<std::string>& key, const BankSigned& text);

/// Adds Bank-Account, -Timestamp, -Nonce and -Signature of an answer or callback.
struct BankSealing {
    const BankAccount* account = nullptr;
    std::string_view first;
    std::string_view second;
    SignatureQuality quality = SignatureQuality::right;
};
void add_bank_signature(
    World& world, http::Headers& headers, std::string_view body, const BankSealing& sealing
);

/// Lets in who knows an account's key, each nonce once. Any thread.
class BankGate {
  public:
    explicit BankGate(World& world) : world_(world) {}

    /// Checks, in this order: the four headers and their form, known account, time within five
    /// minutes, signature over the exact bytes (SIGNATURE_INVALID), new nonce (NONCE_USED). All are
    /// 401.
    ApiResult<const BankAccount*> authenticate(const http::Request& request);

  private:
    using AccountAndNonce = std::pair<std::string, std::string>;

    /// False when it was seen in the last ten minutes: longer than a timestamp lives.
    bool is_new(AccountAndNonce nonce, Time now);

    World& world_;
    Mutex mutex_;
    std::set<AccountAndNonce> seen_ SLUICE_GUARDED_BY(mutex_);
    std::deque<std::pair<Time, AccountAndNonce>> by_age_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::simulator
