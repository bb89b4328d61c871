#include "gateway/payout_batch_request.hpp"

#include <string>
#include <unordered_set>
#include <utility>

#include "gateway/idempotency.hpp"
#include "gateway/member_rules.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kLinesMax = 1'000;

void read_line(const Value& item, PayoutBatchRequest& request, std::vector<FieldError>& errors) {
    const std::string pointer = "/lines/" + std::to_string(request.payouts.size());
    if (item.as_object() == nullptr) {
        errors.push_back(
            {FieldError::Where::pointer,
             pointer,
             "line " + std::to_string(request.payouts.size() + 1) + " is " + show(item) +
                 ", wanted a record"}
        );
        request.payouts.emplace_back();
        return;
    }
    PayoutBatch& batch = request.open.batch;
    Fields fields(item, pointer, errors);
    const PayoutRequest& payout =
        request.payouts.emplace_back(read_payout(fields, batch.total.currency()));
    fields.finish();
    BatchLine& line = request.open.lines.emplace_back();
    line.line = static_cast<std::int64_t>(request.payouts.size());
    line.number = payout.number;
    line.amount_minor = payout.amount.minor();
    line.request_hash = hash_request("line of payout batch " + batch.number, item);
}

/// A file that was cut, doubled or edited by hand is found before anything is paid.
void check_sums(const PayoutBatchRequest& request, Fields& fields, std::int64_t count) {
    const PayoutBatch& batch = request.open.batch;
    if (count != batch.lines) {
        fields.refuse(
            "count",
            "count is " + std::to_string(count) + ", wanted the " + std::to_string(batch.lines) +
                " that lines has"
        );
    }
    // A thousand times 9e15 is just below the largest number.
    std::int64_t sum = 0;
    for (const BatchLine& line : request.open.lines) {
        sum += line.amount_minor;
    }
    if (sum != batch.total.minor()) {
        fields.refuse(
            "total_amount",
            "total_amount is " + std::to_string(batch.total.minor()) + ", wanted the " +
                std::to_string(sum) + " that the lines have together"
        );
    }
}

}  // namespace

std::expected<PayoutBatchRequest, Problem> read_payout_batch(const Value& body, const Call& call) {
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    PayoutBatchRequest request;
    PayoutBatch& batch = request.open.batch;
    batch.merchant_id = call.merchant_id;
    batch.number = fields.text("merchant_batch_number", kMerchantNumberRule);
    const std::int64_t count = fields.whole("count", {.max = kLinesMax, .unit = "lines"});
    const std::int64_t total = fields.whole("total_amount", {.unit = "minor units"});
    batch.total = Money{total, read_currency(fields)};
    const ValueArray* lines = fields.list("lines");
    if (lines != nullptr && (lines->empty() || lines->size() > kLinesMax)) {
        fields.refuse(
            "lines",
            "lines has " + std::to_string(lines->size()) + " elements, wanted 1 to " +
                std::to_string(kLinesMax)
        );
        lines = nullptr;
    }
    if (lines != nullptr) {
        for (const Value& item : *lines) {
            read_line(item, request, errors);
        }
    }
    fields.finish();
    batch.lines = static_cast<std::int64_t>(request.payouts.size());
    if (errors.empty()) {
        check_sums(request, fields, count);
    }
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    request.open.request_hash = hash_request("POST /v1/payout_batches", body);
    return request;
}

std::optional<Problem> settle_lines(
    PayoutBatchRequest& request, const Services& services, const Call& call
) {
    std::unordered_set<std::string> numbers;
    for (std::size_t i = 0; i < request.payouts.size(); ++i) {
        BatchLine& line = request.open.lines[i];
        if (!numbers.insert(line.number).second) {
            line.problem_code = "merchant_payout_number_reused";
            line.problem_message = "an earlier line of the batch has the same number";
            continue;
        }
        auto problem = settle_payout(request.payouts[i], services, call);
        if (problem && problem->status >= 500) {
            return problem;
        }
        if (problem) {
            line.problem_code = std::move(problem->code);
            line.problem_message = std::move(problem->detail);
        }
    }
    return std::nullopt;
}

}  // namespace sluice::gateway
