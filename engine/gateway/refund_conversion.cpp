#include "gateway/refund_conversion.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "gateway/subject_answer.hpp"
#include "ledger/account.hpp"

namespace sluice::gateway {
namespace {

using payment::Instruction;
using payment::LegKind;
using payment::RefundSource;

Problem nothing_to_convert(const RefundRequest& request, std::string_view why) {
    FieldError error{
        FieldError::Where::pointer,
        "/converts",
        "converts is " + request.converts.to_string() + ", which " + std::string(why) +
            "; wanted a refund that gave channel money to one account"
    };
    return {
        .status = 409,
        .code = "nothing_to_convert",
        .detail = error.message,
        .errors = {std::move(error)},
        .headers = {}
    };
}

/// What the account got, as it may go back the way it came; nothing of what came from an account.
std::optional<RefundSource> as_source(const payment::Picture& earlier, const Instruction& given) {
    const auto& refund = std::get<payment::Refund>(earlier.details);
    const auto from =
        std::ranges::find(refund.sources, given.original.id, &RefundSource::instruction);
    const bool is_given = given.purpose == payment::Purpose::refund &&
                          given.kind == LegKind::internal &&
                          given.status == payment::InstructionStatus::succeeded;
    if (!is_given || from == refund.sources.end() || from->kind != LegKind::external) {
        return std::nullopt;
    }
    RefundSource source = *from;
    source.collected = {from->instruction, from->payment, from->amount};
    source.instruction = given.id;
    source.payment = earlier.subject.id;
    source.amount = given.amount;
    source.refunded = Money{given.refunded_minor, given.amount.currency()};
    return source;
}

}  // namespace

std::expected<Refundable, Problem> find_convertible(
    const Services& services, const Call& call, const RefundRequest& request
) {
    SLUICE_ANSWER_ASSIGN(
        const payment::Picture earlier,
        own_picture(services, call, payment::Service::refund, request.converts.raw())
    );
    if (earlier.subject.status != payment::SubjectStatus::succeeded) {
        return std::unexpected(nothing_to_convert(
            request, "is " + std::string(payment::to_string(earlier.subject.status))
        ));
    }
    Refundable found;
    found.order = earlier.order;
    found.name = "refund " + earlier.subject.name();
    for (const Instruction& given : earlier.instructions) {
        auto source = as_source(earlier, given);
        if (!source) {
            continue;
        }
        if (!found.from.id.is_nil() && found.from.id != given.account) {
            return std::unexpected(nothing_to_convert(request, "gave to several accounts"));
        }
        const bool is_balance = given.channel == "balance";
        found.from.id = given.account;
        found.from.gl = is_balance ? ledger::kUserBalance : ledger::kPrepaidCard;
        found.sources.push_back(*std::move(source));
    }
    if (found.sources.empty()) {
        return std::unexpected(nothing_to_convert(request, "gave no channel money to an account"));
    }
    return found;
}

}  // namespace sluice::gateway
