#include "simulator/payout_order.hpp"

#include <algorithm>
#include <cstddef>

#include "simulator/body_reader.hpp"

namespace sluice::simulator {

namespace {

constexpr TextRule kRequestNumber{.pointer = "/request_number", .bytes_max = 32};
constexpr TextRule kPayoutCurrency{.pointer = "/currency", .bytes_max = 3};
constexpr TextRule kPurpose{.pointer = "/purpose", .bytes_max = 140};
constexpr TextRule kPayeeName{.pointer = "/payee/name", .bytes_max = 120};
constexpr TextRule kPayeeAccount{.pointer = "/payee/account_number", .bytes_max = 32};
constexpr TextRule kPayeeBank{.pointer = "/payee/bank_code", .bytes_max = 12};

constexpr std::size_t kBankCodeDigits = 12;
constexpr std::size_t kAccountDigitsMin = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_request_number(std::string_view text) {
    return text.size() >= 8 && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
               return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
           });
}

ApiResult<PayoutOrder> read_payout_order(const Value& body) {
    BodyReader reader(body);
    PayoutOrder order;
    order.request_number = reader.text(kRequestNumber);
    reader.require(
        is_request_number(order.request_number),
        kRequestNumber.pointer,
        "request_number must have 8 to 32 letters and digits"
    );
    order.amount = reader.amount("/amount");
    reader.currency(kPayoutCurrency);
    order.payee_name = reader.text(kPayeeName);
    order.payee_account_number = reader.text(kPayeeAccount);
    const std::string& account = order.payee_account_number;
    reader.require(
        account.size() >= kAccountDigitsMin && std::ranges::all_of(account, is_digit),
        kPayeeAccount.pointer,
        "account_number must have 8 to 32 digits"
    );
    order.payee_bank_code = reader.text(kPayeeBank);
    const std::string& bank = order.payee_bank_code;
    reader.require(
        bank.size() == kBankCodeDigits && std::ranges::all_of(bank, is_digit),
        kPayeeBank.pointer,
        "bank_code must have 12 digits"
    );
    reader.text(kPurpose);
    order.notify_url = reader.notify_url(kOptionalNotifyUrl);
    if (const auto& error = reader.error()) {
        return refuse(*error);
    }
    order.fingerprint = to_json(sorted_by_name(body));
    return order;
}

}  // namespace sluice::simulator
