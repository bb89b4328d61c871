#include "fuzz/recorded_message.hpp"

#include "channels/recorded_file.hpp"
#include "core/invariant.hpp"
#include "json/json.hpp"
#include "payment/claims.hpp"

namespace sluice::fuzz {
namespace {

using channel::Operation;
using payment::OutcomeKind;

constexpr int kLastStatus = 599;
constexpr int kFirstNoSuccess = 300;

}  // namespace

RecordedMessage read_recorded(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    RecordedMessage message;
    const auto recorded = json::parse(text);
    const Value* content = nullptr;
    if (recorded) {
        const bool is_callback = recorded->text_or_empty("operation") == "callback";
        content = recorded->find(is_callback ? "message" : "answer");
        if (!is_callback) {
            message.operation = channel::parse_operation(recorded->text_or_empty("operation"))
                                    .value_or(Operation::query);
        }
        message.scene = recorded->text_or_empty("scene");
        if (const Value* settings = recorded->find("settings")) {
            message.barcode_api = settings->text_or_empty("barcode_api");
        }
    }
    if (content == nullptr || content->as_object() == nullptr) {
        message.operation = Operation::query;
        message.body = text;
        return message;
    }
    message.content = *content;
    const auto status = content->int_or("status", message.status);
    message.status = status >= 100 && status <= kLastStatus ? static_cast<int>(status) : 200;
    if (const Value* body = content->find("body")) {
        message.body = channel::testing::body_of(body);
    }
    return message;
}

bool check_answer(const ReadAnswer& read) {
    const auto& [order, outcome, status, is_signed] = read;
    const auto& ours = order.instruction;
    const auto reading =
        payment::read_outcome(ours, outcome, order.operation, payment::Source::first_send);
    const bool is_confirmed = reading.event == payment::InstructionEvent::confirmed;
    SLUICE_INVARIANT(!is_confirmed || outcome.number == ours.id.raw().to_string());
    SLUICE_INVARIANT(!is_confirmed || outcome.amount == ours.amount);
    SLUICE_INVARIANT(!is_confirmed || is_signed);
    SLUICE_INVARIANT(status < 500 || outcome.kind == OutcomeKind::unknown);
    const bool is_end =
        outcome.kind == OutcomeKind::succeeded || outcome.kind == OutcomeKind::returned ||
        outcome.kind == OutcomeKind::closed || outcome.kind == OutcomeKind::not_found;
    SLUICE_INVARIANT(is_signed || status >= 400 || !is_end);
    return is_confirmed;
}

bool check_notice(const std::function<channel::CallbackVerdict(std::string_view)>& read) {
    const auto good = read("good");
    SLUICE_INVARIANT(!good.instruction || good.answer.status < kFirstNoSuccess);
    SLUICE_INVARIANT(!read("wrong").instruction);
    return good.instruction.has_value();
}

}  // namespace sluice::fuzz
