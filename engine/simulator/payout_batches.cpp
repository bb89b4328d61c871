#include "simulator/payout_batches.hpp"

#include <set>

#include "simulator/body_reader.hpp"
#include "simulator/payout_order.hpp"

namespace sluice::simulator {

namespace {

constexpr TextRule kPayoutBatchNumber{.pointer = "/batch_number", .bytes_max = 32};
constexpr TextRule kBatchCurrency{.pointer = "/currency", .bytes_max = 3};
constexpr std::size_t kPayoutsInBatchMax = 100;
constexpr std::int64_t kBatchAmountMax = 1'000'000'000'000;

/// What the payouts of a batch add up to; refuses one without a number or an amount, or twice.
ApiResult<std::int64_t> sum_of_payouts(const ValueArray& payouts) {
    std::int64_t sum = 0;
    std::set<std::string_view> numbers;
    for (std::size_t i = 0; i < payouts.size(); ++i) {
        const std::string pointer = "/payouts/" + std::to_string(i);
        const std::string_view number = payouts[i].text_or_empty("request_number");
        const std::int64_t amount = payouts[i].int_or("amount", 0);
        if (!is_request_number(number) || !numbers.insert(number).second) {
            return parameter_error(
                pointer + "/request_number",
                number,
                "request_number must have 8 to 32 letters and digits, and be there once"
            );
        }
        if (amount < 1 || amount > kBatchAmountMax - sum) {
            return parameter_error(
                pointer + "/amount",
                amount,
                "the amounts must be whole numbers of fen, at least 1 each and at most "
                "1000000000000 together"
            );
        }
        sum += amount;
    }
    return sum;
}

}  // namespace

ApiResult<PayoutBatchOrder> read_payout_batch(const Value& body) {
    BodyReader reader(body);
    PayoutBatchOrder order;
    order.batch_number = reader.text(kPayoutBatchNumber);
    reader.require(
        is_request_number(order.batch_number),
        kPayoutBatchNumber.pointer,
        "batch_number must have 8 to 32 letters and digits"
    );
    reader.currency(kBatchCurrency);
    order.total_amount = reader.amount("/total_amount");
    const std::int64_t count = reader.amount("/total_count");
    const Value* payouts = body.find("payouts");
    const ValueArray* list = payouts == nullptr ? nullptr : payouts->as_array();
    const bool is_list = list != nullptr && list->size() <= kPayoutsInBatchMax;
    reader.require(is_list, "/payouts", "payouts must be a list of 1 to 100 payout orders");
    if (const auto& error = reader.error()) {
        return refuse(*error);
    }
    if (list != nullptr) {
        order.payouts = *list;
    }
    const auto sum = sum_of_payouts(order.payouts);
    if (!sum) {
        return refuse(sum.error());
    }
    if (count != static_cast<std::int64_t>(order.payouts.size())) {
        return parameter_error("/total_count", count, "total_count is not how many payouts it has");
    }
    if (order.total_amount != *sum) {
        return parameter_error(
            "/total_amount", order.total_amount, "total_amount is not the sum of the payouts"
        );
    }
    order.fingerprint = to_json(sorted_by_name(body));
    return order;
}

ApiResult<void> PayoutBatches::take(const std::string& account, const PayoutBatchOrder& order) {
    const MutexLock lock(mutex_);
    const Key key{account, order.batch_number};
    auto known = batches_.find(key);
    if (known != batches_.end() && known->second.fingerprint != order.fingerprint) {
        return refuse(409, "BATCH_NUMBER_USED", "batch_number was used with other content");
    }
    if (known == batches_.end()) {
        const Batch batch{
            .fingerprint = order.fingerprint,
            .count = static_cast<std::int64_t>(order.payouts.size()),
            .amount = order.total_amount
        };
        known = batches_.emplace(key, batch).first;
        by_age_.push_back(key);
    }
    ++known->second.requests;
    while (batches_.size() > batches_max_) {
        batches_.erase(by_age_.front());
        by_age_.pop_front();
    }
    return {};
}

Value PayoutBatches::report(const std::string& account) {
    const MutexLock lock(mutex_);
    ValueArray rows;
    for (const Key& key : by_age_) {
        if (!account.empty() && account != key.first) {
            continue;
        }
        const Batch& batch = batches_.at(key);
        rows.push_back(ValueObject{
            {"account", key.first},
            {"batch_number", key.second},
            {"count", batch.count},
            {"amount", batch.amount},
            {"requests", batch.requests}
        });
    }
    return Value(std::move(rows));
}

}  // namespace sluice::simulator
