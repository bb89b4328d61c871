#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "simulator/alipay_app.hpp"
#include "simulator/bank_account.hpp"
#include "simulator/bank_keys.hpp"
#include "simulator/books.hpp"
#include "simulator/collections.hpp"
#include "simulator/faults.hpp"
#include "simulator/funds.hpp"
#include "simulator/id_source.hpp"
#include "simulator/merchant.hpp"
#include "simulator/payout_batches.hpp"
#include "simulator/payouts.hpp"
#include "simulator/platform_keys.hpp"
#include "simulator/psp.hpp"
#include "simulator/refunds.hpp"
#include "simulator/scheduler.hpp"

namespace sluice::simulator {

/// Everything the parts of the simulator share. Owned by Psp; each member guards itself.
struct World {
    /// What each merchant of WeChat Pay may transfer, in fen.
    static constexpr std::int64_t kTransferBalance = 1'000'000'000;

    World(PspSettings given, PspIdentities identities, const Clock& time)
        : settings(std::move(given)),
          clock(time),
          merchants(std::move(identities.merchants)),
          platform(std::move(identities.platform)),
          platform_keys(platform),
          alipay_keys(platform),
          bank(std::move(identities.bank_accounts)),
          bank_keys(bank),
          alipay(std::move(identities.alipay_apps)),
          transfer_accounts(all_transfer_accounts()),
          ids(settings.seed),
          nonces(settings.seed + 1),
          chances(settings.seed + 2),
          movements(settings.orders_max),
          funds(movements),
          books(ids, funds, settings.orders_max),
          refunds({.ids = ids, .books = books, .funds = funds}, settings.orders_max),
          statements(settings.orders_max),
          payouts(
              bank,
              {.seed = settings.seed + 3,
               .payouts_max = settings.orders_max,
               .statements = &statements}
          ),
          batches(settings.orders_max),
          collections({.seed = settings.seed + 5, .collections_max = settings.orders_max}),
          transfers(
              transfer_accounts, {.seed = settings.seed + 4, .payouts_max = settings.orders_max}
          ),
          faults(chances) {}

    [[nodiscard]] Time now() const { return clock.now(); }
    /// Every customer whose orders are in the books: merchants of WeChat Pay, sellers at Alipay.
    [[nodiscard]] std::vector<std::string> owners() const {
        std::vector<std::string> all;
        for (const Merchant& merchant : merchants.all()) {
            all.push_back(merchant.mchid);
        }
        for (const AlipayApp& app : alipay.all()) {
            all.push_back(app.seller_id);
        }
        return all;
    }

    /// "wechatpay", "alipay" or "bank": where the customer or account is known; "" for none.
    [[nodiscard]] std::string_view protocol_of(const std::string& owner) const {
        if (alipay.find_seller(owner) != nullptr) {
            return "alipay";
        }
        if (merchants.find(owner) != nullptr) {
            return "wechatpay";
        }
        return bank.find(owner) != nullptr ? "bank" : "";
    }

    /// What payers call the customer; its number when it has no name.
    [[nodiscard]] std::string name_of(const std::string& owner) const {
        const Merchant* merchant = merchants.find(owner);
        const AlipayApp* app = alipay.find_seller(owner);
        const std::string name = merchant != nullptr ? merchant->name
                                 : app != nullptr    ? app->name
                                                     : "";
        return name.empty() ? owner : name;
    }

    /// Balances that users are paid from: at Alipay each seller's, at WeChat Pay each merchant's.
    [[nodiscard]] std::vector<BankAccount> all_transfer_accounts() const {
        std::vector<BankAccount> all = alipay.transfer_accounts();
        for (const Merchant& merchant : merchants.all()) {
            all.push_back(
                {.account = merchant.mchid,
                 .name = merchant.name,
                 .key = Secret(std::string()),
                 .opening_balance = kTransferBalance,
                 .single_limit = kTransferBalance,
                 .daily_limit = kTransferBalance,
                 .notify_prefixes = {}}
            );
        }
        return all;
    }

    const PspSettings settings;
    const Clock& clock;
    const MerchantDirectory merchants;
    const PlatformIdentity platform;
    PlatformKeys platform_keys;  ///< WeChat Pay's certificates
    PlatformKeys alipay_keys;    ///< Alipay's
    const BankDirectory bank;
    BankKeys bank_keys;
    const AlipayDirectory alipay;
    const BankDirectory transfer_accounts;
    // Three sources, so that how many callbacks were tried changes neither ids nor faults.
    IdSource ids;          ///< what the books invent
    IdSource nonces;       ///< what signatures and callbacks need
    IdSource chances;      ///< which requests a fault hits
    Statements movements;  ///< of the balances that the funds are
    Funds funds;
    Books books;
    Refunds refunds;
    Statements statements;  ///< of the bank's accounts
    Payouts payouts;
    PayoutBatches batches;
    Collections collections;
    Payouts transfers;  ///< out of each customer's own balance at the channel
    Faults faults;
    std::atomic<std::int64_t> auto_pay_share = 0;  ///< per cent of new orders
    std::atomic<std::int64_t> auto_pay_delay_ms = 0;
    std::atomic<std::int64_t> refund_delay_ms = 0;  ///< PROCESSING for so long
    std::atomic<std::int64_t> refund_gap_ms = 0;    ///< between two refunds of one order
    std::atomic<std::int64_t> payout_delay_ms = 0;  ///< processing for so long
    std::atomic<bool> bank_tells_today = false;     ///< a statement before its day is over
    Scheduler scheduler;                            ///< stopped before anything else goes
};

}  // namespace sluice::simulator
