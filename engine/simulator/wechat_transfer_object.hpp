#pragma once

#include "channel/keys.hpp"
#include "core/value.hpp"
#include "simulator/merchant.hpp"
#include "simulator/payouts.hpp"

namespace sluice::simulator {

/// Reads what a merchant wants transferred, as strictly as the channel. Pure but for decrypting the
/// payee's name.
struct TransferReader {
    const channel::PrivateKey& platform_key;
    const Merchant& merchant;

    [[nodiscard]] ApiResult<PayoutOrder> bill(const Value& body) const;
    /// A batch of exactly one.
    [[nodiscard]] ApiResult<PayoutOrder> batch(const Value& body) const;

  private:
    [[nodiscard]] ApiResult<std::string> payee_name(const Value& from, std::int64_t amount) const;
};

/// Of create and query answers and of callbacks.
[[nodiscard]] Value bill_object(const Payout& payout);
[[nodiscard]] Value batch_begun(const Payout& payout);
/// Of callbacks.
[[nodiscard]] Value batch_object(const Payout& payout);
/// Of query answers.
[[nodiscard]] Value batch_with_details(const Payout& payout);

}  // namespace sluice::simulator
