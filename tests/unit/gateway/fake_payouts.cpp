#include "unit/gateway/fake_payouts.hpp"

#include <algorithm>
#include <map>

namespace sluice::testing {

Result<std::optional<gateway::KnownKey>> MemoryPayouts::find_number(
    const gateway::OutgoingNumber& number
) {
    for (const auto& [id, picture] : payments_.pictures) {
        const payment::Subject& subject = picture.subject;
        if (subject.service == number.service && subject.merchant_id == number.merchant_id &&
            subject.number == number.number) {
            return gateway::KnownKey{hashes_.hashes.at(id), id.raw()};
        }
    }
    return std::nullopt;
}

Result<gateway::RunPage> MemoryPayouts::list(const gateway::OutgoingQuery& query) {
    gateway::RunPage page;
    for (auto row = payments_.pictures.rbegin(); row != payments_.pictures.rend(); ++row) {
        const payment::Subject& subject = row->second.subject;
        const auto* payout = std::get_if<payment::Payout>(&row->second.details);
        const OrderId order = payout == nullptr ? OrderId{} : payout->order;
        const Id128 id = subject.id.raw();
        const bool fits = subject.service == query.service &&
                          subject.merchant_id == query.merchant_id &&
                          subject.status == query.status.value_or(subject.status) &&
                          subject.number == query.number.value_or(subject.number) &&
                          order == query.order_id.value_or(order) && id >= query.window.from &&
                          id < query.window.before;
        if (!fits) {
            continue;
        }
        if (static_cast<std::int64_t>(page.pictures.size()) == query.window.limit) {
            page.next_after = page.pictures.back().subject.id.raw();
            break;
        }
        page.pictures.push_back(row->second);
    }
    return page;
}

Result<gateway::OpenedBatch> MemoryPayouts::open_batch(const gateway::OpenBatch& request) {
    auto found = std::ranges::find_if(batches_, [&](const gateway::OpenBatch& each) {
        return each.batch.merchant_id == request.batch.merchant_id &&
               each.batch.number == request.batch.number;
    });
    gateway::OpenedBatch opened;
    opened.is_new = found == batches_.end();
    if (opened.is_new) {
        found = batches_.insert(batches_.end(), request);
    } else if (!(found->request_hash == request.request_hash)) {
        return fail(ErrorCode::conflict, "number used before", "merchant_batch_number");
    }
    opened.batch = found->batch;
    for (const gateway::BatchLine& line : found->lines) {
        if (view_of(found->batch, line).status == "waiting") {
            opened.to_begin.push_back(line.line);
        }
    }
    return opened;
}

Result<void> MemoryPayouts::keep_problems(
    PayoutBatchId batch, std::span<const gateway::BatchLine> lines
) {
    const auto found = std::ranges::find_if(batches_, [&](const gateway::OpenBatch& each) {
        return each.batch.id == batch;
    });
    for (const gateway::BatchLine& line : lines) {
        gateway::BatchLine& kept = found->lines[static_cast<std::size_t>(line.line - 1)];
        if (kept.problem_code.empty()) {
            kept = line;
        }
    }
    return {};
}

Result<std::optional<gateway::PayoutBatch>> MemoryPayouts::find_batch(PayoutBatchId id) {
    for (const gateway::OpenBatch& each : batches_) {
        if (each.batch.id == id) {
            return each.batch;
        }
    }
    return std::nullopt;
}

Result<gateway::BatchPage> MemoryPayouts::list_batches(const gateway::BatchQuery& query) {
    gateway::BatchPage page;
    for (auto row = batches_.rbegin(); row != batches_.rend(); ++row) {
        const gateway::PayoutBatch& batch = row->batch;
        const Id128 id = batch.id.raw();
        const bool fits = batch.merchant_id == query.merchant_id &&
                          batch.number == query.number.value_or(batch.number) &&
                          id >= query.window.from && id < query.window.before;
        if (!fits) {
            continue;
        }
        if (static_cast<std::int64_t>(page.batches.size()) == query.window.limit) {
            page.next_after = page.batches.back().id.raw();
            break;
        }
        page.batches.push_back(batch);
    }
    return page;
}

Result<std::vector<gateway::BatchTotal>> MemoryPayouts::batch_totals(
    const gateway::PayoutBatch& batch
) {
    std::map<std::string, gateway::BatchTotal> totals;
    const auto lines = batch_lines({batch, 0, 1'000'000});
    for (const gateway::BatchLineView& view : *lines) {
        gateway::BatchTotal& total = totals[view.status];
        total.status = view.status;
        total.lines += 1;
        total.amount_minor += view.asked.amount_minor;
    }
    std::vector<gateway::BatchTotal> list;
    for (const auto& [status, total] : totals) {
        list.push_back(total);
    }
    return list;
}

Result<std::vector<gateway::BatchLineView>> MemoryPayouts::batch_lines(
    const gateway::BatchLineQuery& query
) {
    std::vector<gateway::BatchLineView> views;
    for (const gateway::OpenBatch& each : batches_) {
        for (const gateway::BatchLine& line : each.lines) {
            const bool is_shown = each.batch.id == query.batch.id && line.line > query.after_line &&
                                  static_cast<std::int64_t>(views.size()) < query.limit;
            if (is_shown) {
                views.push_back(view_of(each.batch, line));
            }
        }
    }
    return views;
}

gateway::BatchLineView MemoryPayouts::view_of(
    const gateway::PayoutBatch& batch, const gateway::BatchLine& line
) {
    gateway::BatchLineView view;
    view.asked = line;
    view.failure_code = line.problem_code;
    view.failure_message = line.problem_message;
    view.status = line.problem_code.empty() ? "waiting" : "refused";
    for (const auto& [id, picture] : payments_.pictures) {
        const payment::Subject& subject = picture.subject;
        const bool is_its_own =
            line.problem_code.empty() && subject.service == payment::Service::payout &&
            subject.merchant_id == batch.merchant_id && subject.number == line.number &&
            hashes_.hashes.at(id) == gateway::as_uuid(line.request_hash);
        if (is_its_own) {
            view.payout = PayoutId(id.raw());
            view.status = to_string(subject.status);
        }
    }
    return view;
}

}  // namespace sluice::testing
