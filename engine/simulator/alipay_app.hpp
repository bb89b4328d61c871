#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "channel/keys.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "simulator/bank_account.hpp"
#include "simulator/merchant.hpp"

namespace sluice::simulator {

/// An application of a customer of the simulated Alipay, and what Alipay knows of it. Amounts in
/// fen.
struct AlipayApp {
    std::string app_id;
    std::string seller_id;
    std::string name;  ///< what the payer reads
    channel::PublicKey public_key;
    std::string certificate_number;   ///< of its certificate; empty: key mode
    Secret<std::string> content_key;  ///< base64 of 16 bytes; empty: none agreed
    std::int64_t transfer_balance = 0;
    /// Notices go only to addresses that begin with one of these; empty: to any.
    std::vector<std::string> notify_prefixes;

    [[nodiscard]] bool has_certificate() const { return !certificate_number.empty(); }
    [[nodiscard]] bool may_be_notified_at(std::string_view url) const;
};

/// All applications, fixed at start; each customer has one.
class AlipayDirectory {
  public:
    explicit AlipayDirectory(std::vector<AlipayApp> apps) : apps_(std::move(apps)) {}

    [[nodiscard]] const AlipayApp* find(std::string_view app_id) const;
    [[nodiscard]] const AlipayApp* find_seller(std::string_view seller_id) const;
    [[nodiscard]] const std::vector<AlipayApp>& all() const { return apps_; }
    /// What each customer may transfer from, as accounts of a bank.
    [[nodiscard]] std::vector<BankAccount> transfer_accounts() const;

  private:
    std::vector<AlipayApp> apps_;
};

/// The list "alipay_apps" beside "merchants": [{"app_id","seller_id","name","public_key_file",
/// "certificate_file","content_key_file","transfer_balance","notify_prefixes":[...]}]; with a
/// certificate the application is in certificate mode. None when the list is absent. `invalid`
/// names the member.
Result<std::vector<AlipayApp>> load_alipay_apps(const MerchantFiles& files);

}  // namespace sluice::simulator
