#include "payment/names.hpp"

#include "payment/operation.hpp"
#include "payment/outcome.hpp"
#include "payment/payment.hpp"
#include "payment/status.hpp"

namespace sluice::payment {
namespace {

constexpr Names<OrderStatus, 3> kOrderStatus{"order status", {"open", "paid", "closed"}};
constexpr Names<SubjectStatus, 7> kSubjectStatus{
    "status", {"pending", "compensating", "succeeded", "failed", "closed", "surplus", "returned"}
};
constexpr Names<InstructionStatus, 10> kInstructionStatus{
    "instruction status",
    {"created",
     "pending",
     "unknown",
     "succeeded",
     "refused",
     "closed",
     "released",
     "conflicted",
     "returned",
     "surplus"}
};
constexpr Names<InstructionEvent, 13> kInstructionEvent{
    "instruction event",
    {"accepted",
     "unclear",
     "not_sent",
     "confirmed",
     "declined",
     "shut",
     "let_go",
     "contradicted",
     "came_back",
     "came_late",
     "went_late",
     "found_moved",
     "found_unmoved"}
};
constexpr Names<SubjectEvent, 7> kSubjectEvent{
    "event", {"unwind", "succeed", "fail", "close", "exceed", "come_back", "turn_out"}
};
constexpr Names<OrderEvent, 2> kOrderEvent{"order event", {"settle", "close"}};
constexpr Names<OutcomeKind, 9> kOutcomeKind{
    "outcome kind",
    {"succeeded",
     "pending",
     "refused",
     "not_sent",
     "unknown",
     "config",
     "not_found",
     "closed",
     "returned"}
};
constexpr Names<Operation, kOperationCount> kOperation{
    "channel operation",
    {"collect", "query", "close", "refund", "refund_query", "payout", "payout_query"}
};
constexpr Names<Purpose, 3> kPurpose{"purpose", {"collect", "refund", "payout"}};
constexpr Names<Service, 4> kService{"service", {"payment", "refund", "payout", "transfer"}};
constexpr std::array<std::string_view, 4> kServicePrefix{"pay_", "ref_", "out_", "trf_"};
constexpr Names<LegKind, 2> kLegKind{"leg kind", {"internal", "external"}};

}  // namespace

std::string_view to_string(OrderStatus status) { return kOrderStatus.of(status); }
std::string_view to_string(SubjectStatus status) { return kSubjectStatus.of(status); }
std::string_view to_string(InstructionStatus status) { return kInstructionStatus.of(status); }
std::string_view to_string(InstructionEvent event) { return kInstructionEvent.of(event); }
std::string_view to_string(SubjectEvent event) { return kSubjectEvent.of(event); }
std::string_view to_string(OrderEvent event) { return kOrderEvent.of(event); }
std::string_view to_string(OutcomeKind kind) { return kOutcomeKind.of(kind); }
std::string_view to_string(Operation operation) { return kOperation.of(operation); }
std::string_view to_string(Service service) { return kService.of(service); }
std::string_view prefix_of(Service service) {
    return kServicePrefix[static_cast<std::size_t>(service)];
}
std::string_view to_string(Purpose purpose) { return kPurpose.of(purpose); }
std::string_view to_string(LegKind kind) { return kLegKind.of(kind); }

Result<OrderStatus> parse_order_status(std::string_view text) { return kOrderStatus.parse(text); }
Result<SubjectStatus> parse_subject_status(std::string_view text) {
    return kSubjectStatus.parse(text);
}
Result<InstructionStatus> parse_instruction_status(std::string_view text) {
    return kInstructionStatus.parse(text);
}
Result<OutcomeKind> parse_outcome_kind(std::string_view text) { return kOutcomeKind.parse(text); }
Result<Operation> parse_operation(std::string_view text) { return kOperation.parse(text); }
Result<Purpose> parse_purpose(std::string_view text) { return kPurpose.parse(text); }
Result<Service> parse_service(std::string_view text) { return kService.parse(text); }
Result<LegKind> parse_leg_kind(std::string_view text) { return kLegKind.parse(text); }

std::string Subject::name() const {
    std::string text(prefix_of(service));
    id.raw().append_to(text);
    return text;
}

}  // namespace sluice::payment
