#include "gateway/payout_batches_api.hpp"

#include <charconv>
#include <utility>

#include "gateway/forwarding.hpp"
#include "gateway/idempotency.hpp"
#include "gateway/listed_merchant.hpp"
#include "gateway/listing.hpp"
#include "gateway/member_rules.hpp"
#include "gateway/outgoing.hpp"
#include "gateway/page.hpp"
#include "gateway/payout_batch_request.hpp"
#include "gateway/payout_batch_start.hpp"
#include "gateway/render.hpp"

namespace sluice::gateway {
namespace {

/// A thousand payouts are some twenty commits.
constexpr std::chrono::seconds kPatience{30};

Value render_line(const BatchLineView& view) {
    Value body;
    body.set("line", view.asked.line);
    body.set("merchant_payout_number", view.asked.number);
    body.set("amount", view.asked.amount_minor);
    body.set("status", view.status);
    body.set("payout_id", view.payout ? Value(view.payout->to_string()) : Value());
    if (view.failure_code.empty()) {
        body.set("failure", Value());
        return body;
    }
    Value failure;
    failure.set("code", view.failure_code);
    failure.set("message", view.failure_message);
    body.set("failure", std::move(failure));
    return body;
}

/// As it was asked for.
Value render_batch(const PayoutBatch& batch) {
    Value body;
    body.set("id", batch.id.to_string());
    body.set("merchant_batch_number", batch.number);
    body.set("currency", batch.total.currency().code());
    body.set("count", batch.lines);
    body.set("total_amount", batch.total.minor());
    body.set("created_at", format_rfc3339(batch.created_at));
    return body;
}

Value render_totals(const std::vector<BatchTotal>& totals) {
    ValueArray list;
    for (const BatchTotal& total : totals) {
        Value item;
        item.set("status", total.status);
        item.set("count", total.lines);
        item.set("amount", total.amount_minor);
        list.push_back(std::move(item));
    }
    return Value(std::move(list));
}

struct Shown {
    int status = 200;
    std::int64_t after_line = 0;
    std::int64_t limit = 20;
};

Answer answer_batch(const Services& services, const PayoutBatch& batch, const Shown& shown) {
    const auto totals = services.parts.payouts.batch_totals(batch);
    if (!totals) {
        return std::unexpected(problem_of(totals.error()));
    }
    const auto lines =
        services.parts.payouts.batch_lines({batch, shown.after_line, shown.limit + 1});
    if (!lines) {
        return std::unexpected(problem_of(lines.error()));
    }
    Value body = render_batch(batch);
    body.set("totals", render_totals(*totals));
    const auto limit = static_cast<std::size_t>(shown.limit);
    ValueArray page;
    for (std::size_t i = 0; i < lines->size() && i < limit; ++i) {
        page.push_back(render_line((*lines)[i]));
    }
    const bool has_more = lines->size() > limit;
    body.set("lines", std::move(page));
    body.set(
        "next_cursor", has_more ? Value(std::to_string((*lines)[limit - 1].asked.line)) : Value()
    );
    http::Response response = json_response(shown.status, body);
    response.headers.set({"Location", "/v1/payout_batches/" + batch.id.to_string()});
    return response;
}

/// What is still to be done for a batch: lines to begin, and lines that an earlier call left open
/// and that cannot begin any more.
struct Rest {
    std::vector<LineStart> to_begin;
    std::vector<BatchLine> refused;
};

/// Every payout lies in the bucket of the batch, so that one worker takes them, wherever their
/// numbers alone would have led.
Rest rest_of(
    const Services& services, const PayoutBatchRequest& request, const OpenedBatch& opened
) {
    Rest rest;
    for (const std::int64_t number : opened.to_begin) {
        const auto at = static_cast<std::size_t>(number - 1);
        const BatchLine& line = request.open.lines[at];
        if (!line.problem_code.empty()) {
            rest.refused.push_back(line);
            continue;
        }
        const PayoutRequest& payout = request.payouts[at];
        Outgoing wish;
        wish.subject = payout_subject(payout, opened.batch.merchant_id);
        wish.details = payout.details;
        wish.request_hash = line.request_hash;
        const RunId id = services.ids.make<RunId>(opened.batch.id.bucket());
        rest.to_begin.push_back({line, start_of(services, wish, id)});
    }
    return rest;
}

Reply answer_begun(
    const Services& services,
    const OpenedBatch& opened,
    const Result<std::vector<BatchLine>>& refused
) {
    if (!refused) {
        return std::unexpected(problem_of(refused.error()));
    }
    if (!refused->empty()) {
        const auto kept = services.parts.payouts.keep_problems(opened.batch.id, *refused);
        if (!kept) {
            return std::unexpected(problem_of(kept.error()));
        }
    }
    return answer_batch(services, opened.batch, {.status = opened.is_new ? 201 : 200});
}

/// The lines that have no payout yet begin; the answer tells what became of all.
Later begin_and_answer(const Services& services, Rest rest, const OpenedBatch& opened) {
    Later later;
    later.patience = kPatience + services.settings.engine_grace;
    later.give_up = []() -> Answer {
        return std::unexpected(
            problem_of({ErrorCode::unknown, "not every line of the batch has begun in time", {}})
        );
    };
    later.ask = [&services, rest = std::move(rest), opened](Next next) mutable {
        begin_lines(
            services,
            std::move(rest.to_begin),
            [&services, opened, before = std::move(rest.refused), next = std::move(next)](
                Result<std::vector<BatchLine>> refused
            ) {
                if (refused) {
                    refused->insert(refused->end(), before.begin(), before.end());
                }
                next.go_on(Slow{[&services, opened, refused = std::move(refused)] {
                    return answer_begun(services, opened, refused);
                }});
            }
        );
    };
    return later;
}

std::expected<std::int64_t, Problem> read_line_cursor(const http::Request& request) {
    const auto text = http::query_parameter(request, "cursor");
    if (!text) {
        return 0;
    }
    std::int64_t line = 0;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, line);
    if (error != std::errc{} || stop != end || line < 1) {
        return std::unexpected(bad_parameter(
            "cursor",
            "cursor is '" + show_bytes(*text) + "', wanted the next_cursor of a page of this batch"
        ));
    }
    return line;
}

}  // namespace

Reply create_payout_batch(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const std::string key, read_idempotency_key(call.request));
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    SLUICE_ANSWER_ASSIGN(PayoutBatchRequest request, read_payout_batch(body, call));
    PayoutBatch& batch = request.open.batch;
    const Bucket bucket = bucket_of(batch.merchant_id, batch.number);
    if (auto reply = answer_elsewhere(services, call, bucket)) {
        return *std::move(reply);
    }
    if (auto problem = settle_lines(request, services, call)) {
        return std::unexpected(*std::move(problem));
    }
    batch.id = services.ids.make<PayoutBatchId>(bucket);
    batch.created_at = services.ids.now();
    request.open.idempotency_key = key;
    const auto opened = services.parts.payouts.open_batch(request.open);
    if (!opened) {
        return std::unexpected(problem_of(opened.error()));
    }
    Rest rest = rest_of(services, request, *opened);
    if (rest.to_begin.empty()) {
        return answer_begun(services, *opened, std::move(rest.refused));
    }
    return begin_and_answer(services, std::move(rest), *opened);
}

Answer list_payout_batches(const Services& services, const Call& call) {
    BatchQuery query;
    SLUICE_ANSWER_ASSIGN(query.merchant_id, listed_merchant(call));
    Listing listing(call.request, {.list = "payout_batches", .merchant_id = query.merchant_id});
    query.number = listing.text("merchant_batch_number", kMerchantNumberRule);
    query.window = listing.window();
    if (!listing.errors().empty()) {
        return std::unexpected(invalid_request(std::move(listing.errors())));
    }
    const auto page = services.parts.payouts.list_batches(query);
    if (!page) {
        return std::unexpected(problem_of(page.error()));
    }
    ValueArray batches;
    for (const PayoutBatch& batch : page->batches) {
        batches.push_back(render_batch(batch));
    }
    const auto& next = page->next_after;
    Value body;
    body.set("payout_batches", std::move(batches));
    body.set("next_cursor", next ? Value(listing.cursor_after(*next)) : Value());
    return json_response(200, body);
}

Answer get_payout_batch(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const PayoutBatchId id, id_in_path<PayoutBatchId>(call, "payout batch"));
    SLUICE_ANSWER_ASSIGN(const std::int64_t after_line, read_line_cursor(call.request));
    SLUICE_ANSWER_ASSIGN(const std::int64_t limit, read_limit(call.request));
    const auto found = services.parts.payouts.find_batch(id);
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    const std::optional<PayoutBatch>& batch = *found;
    if (!batch || !call.sees(batch->merchant_id)) {
        return std::unexpected(not_found("payout batch", call.captures.front()));
    }
    return answer_batch(services, *batch, {.after_line = after_line, .limit = limit});
}

}  // namespace sluice::gateway
