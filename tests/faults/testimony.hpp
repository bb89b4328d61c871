#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sluice::testing {

/// Where people gave money back themselves: at a bank of ours that no channel stands for.
inline constexpr const char* kByPeople = "own_bank/";

/// One movement at an account of ours or at a channel, as the API tells it.
struct WayTold {
    std::string id;       ///< without its prefix: the number that the channel knows it by
    std::string purpose;  ///< "collect", "refund" or "payout"
    std::string account;  ///< of ours; "" at a channel
    std::string far;      ///< "CHANNEL/ACCOUNT", kByPeople; "" at an account of ours
    std::string status;
    std::int64_t amount = 0;
    std::string source;  ///< what it collects, or gives back of: "PAYMENT leg N"; "" of a payout
    bool went_after_all = false;  ///< it was known not to have gone, and went
};

struct LegAsked {
    std::string account;  ///< of ours; "" at a channel
    std::int64_t amount = 0;
    std::string scene{};  ///< "METHOD/SCENE" at a channel
};

/// What a caller asked for (the first members), what the API says of it at the end (the others),
/// and whose it is. The id of an object is the key of the map that it is in.
struct OrderTold {
    std::int64_t amount = 0;
    std::string status;
    std::int64_t paid = 0;
    std::int64_t refunded = 0;
    std::int64_t compensated = 0;
    std::string merchant;
    std::string currency{"CNY"};
};

struct PaymentTold {
    std::string order;
    std::vector<LegAsked> legs;
    std::string status;
    std::vector<WayTold> ways;
    std::string merchant;
    std::string currency{"CNY"};
};

struct RefundTold {
    std::string order;
    std::string payment;     ///< "": of the whole order
    std::string to_account;  ///< "": the way it came
    std::string fallback;    ///< the account for what cannot go the way it came, or ""
    std::string payee;       ///< whom it may be paid out to instead: his number, or ""
    std::int64_t amount = 0;
    std::string status;
    std::vector<WayTold> ways;
    bool is_surplus = false;  ///< it began by itself, of money that no order took
    std::string converts;     ///< the refund whose gift to an account it sends on, or ""
    std::string taken_from;   ///< that account
    std::string merchant;
    std::string currency{"CNY"};
};

struct PayoutTold {
    std::string from;  ///< an account of ours; "": a compensation
    std::int64_t amount = 0;
    std::int64_t fee = 0;
    std::string payee;         ///< his number at the bank
    std::string makes_good;    ///< the order that it compensates, or ""
    std::string liable_party;  ///< who owes the compensation; "": it is at our cost
    std::string status;
    std::vector<WayTold> ways;
    std::string day;  ///< of the merchant's calendar, in which it began
    std::string merchant;
};

struct TransferTold {
    std::string from;
    std::string to;
    std::int64_t amount = 0;
    std::int64_t fee = 0;
    std::string status;
    std::string merchant;
    std::string currency{"CNY"};
};

struct AccountTold {
    std::string kind;          ///< "balance", "prepaid_card" or "merchant_available"
    std::int64_t put_in = 0;   ///< by top-ups that were answered
    std::int64_t balance = 0;  ///< at the end
    std::int64_t held = 0;
    std::string merchant;
    std::string currency{"CNY"};
};

/// What people said of money of a refund that came back after its end, or that no way took.
struct WordTold {
    std::string kind;  ///< of their task: "settle" or "give_back"
    std::string how;   ///< in the words of its form
    std::int64_t amount = 0;

    /// Whether they gave it themselves.
    [[nodiscard]] bool is_gift() const { return how == "paid_again_by_bank" || how == "by_bank"; }
};
/// By the refund, and the number of the movement that came back or of what could not go back.
using WordKey = std::pair<std::string, std::string>;

/// What stands on our books until somebody has looked at it.
struct CaseTold {
    std::string kind;
    WordKey about;
    std::string status;
    std::int64_t amount = 0;
};

/// A line of somebody else's books: an order or a refund at a channel, a payout at a bank.
struct FarLine {
    std::string far;  ///< "CHANNEL/ACCOUNT", as our ledger names it
    std::string status;
    std::int64_t amount = 0;
    std::int64_t times = 1;  ///< how often its money moved
    std::string payee{};     ///< of a payout: his number
    std::int64_t fee = 0;    ///< of a payout that was paid: what it cost us
};
using FarBook = std::map<std::string, FarLine>;  ///< by the number that we gave

/// (account of the chart, its owner) -> credits less debits; owners of accounts that the API shows
/// are left out. What is not in CNY stands under "OWNER in CURRENCY".
using BookedSums = std::map<std::pair<std::string, std::string>, std::int64_t>;

/// An owner's key in BookedSums.
[[nodiscard]] inline std::string owner_in(const std::string& owner, const std::string& currency) {
    return currency == "CNY" ? owner : owner + " in " + currency;
}

/// Everything an audit hears: from callers, from the channels, and what our books claim.
struct Testimony {
    std::int64_t payee_day = 0;  ///< how much a payee may get in a day; 0: any amount
    std::map<std::string, OrderTold> orders;
    std::map<std::string, PaymentTold> payments;
    std::map<std::string, RefundTold> refunds;
    std::map<std::string, PayoutTold> payouts;
    std::map<std::string, TransferTold> transfers;
    std::map<std::string, AccountTold> accounts;
    std::map<WordKey, WordTold> words;
    std::vector<CaseTold> cases;  ///< but for those of money that no order took
    std::map<std::string, std::vector<std::string>> events;  ///< object -> types of its events
    std::map<std::string, std::set<std::string>> shown_to;   ///< object -> whose lists have it
    FarBook far_orders;
    FarBook far_refunds;
    FarBook far_payouts;
    BookedSums booked;
};

}  // namespace sluice::testing
