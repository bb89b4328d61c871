#include "gateway/render_outgoing.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

#include "core/json_record.hpp"
#include "gateway/render_parts.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kLong = 8;   ///< bytes; from here on a text keeps its end
constexpr std::size_t kShown = 4;  ///< characters at that end

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }

/// Where the last `count` characters of the text begin.
std::size_t tail_of(std::string_view text, std::size_t count) {
    std::size_t at = text.size();
    while (at > 0 && count > 0) {
        --at;
        count -= begins_character(text[at]) ? 1U : 0U;
    }
    return at;
}

std::string masked(std::string_view text) {
    if (text.empty()) {
        return {};
    }
    if (text.size() > kLong && begins_character(text[0]) && text[0] >= '0' && text[0] <= '9') {
        return "****" + std::string(text.substr(tail_of(text, kShown)));
    }
    std::size_t first = 1;
    while (first < text.size() && !begins_character(text[first])) {
        ++first;
    }
    return std::string(text.substr(0, first)) + "**";
}

void append_payout_instruction(std::string& out, const payment::Instruction& instruction) {
    JsonRecord body(out);
    body.add("id", instruction.id);
    body.add("channel", instruction.channel);
    body.add("channel_account", instruction.channel_account);
    body.add_or_null("channel_reference", instruction.channel_reference);
    body.add_or_null("outcome_code", instruction.outcome_code);
    body.add_or_null("outcome_message", instruction.outcome_message);
    body.add("amount", instruction.amount.minor());
    body.add("status", payment::to_string(instruction.status));
    body.add("created_at", instruction.created_at);
    body.end();
}

template <class SomeId>
void add_id_or_null(JsonRecord& body, std::string_view name, SomeId id) {
    if (id.is_nil()) {
        body.add_null(name);
    } else {
        body.add(name, id);
    }
}

/// What all that leaves has in common; the record stays open.
void add_head(JsonRecord& body, const payment::Subject& subject) {
    body.add("id", subject.name());
    body.add("merchant_" + std::string(to_string(subject.service)) + "_number", subject.number);
    body.add("status", payment::to_string(subject.status));
    body.add_or_null("stage", subject.stage);
    body.add("currency", subject.amount.currency().code());
    body.add("amount", subject.amount.minor());
}

void add_tail(JsonRecord& body, std::string& out, const payment::Subject& subject) {
    body.begin("failure");
    append_failure(out, subject);
    body.add("created_at", subject.created_at);
    body.add("updated_at", subject.updated_at);
    body.end();
}

void append_payout(std::string& out, const payment::Picture& picture) {
    const auto& payout = std::get<payment::Payout>(picture.details);
    JsonRecord body(out);
    add_head(body, picture.subject);
    body.add("fee", payout.fee.minor());
    body.add("method", payout.method);
    body.add_value("payee", masked_payee(payout.payee));
    add_id_or_null(body, "from_account_id", payout.from.id);
    body.add_or_null("description", payout.description);
    add_id_or_null(body, "order_id", payout.order);
    add_id_or_null(body, "payment_id", PaymentId(payout.compensates.raw()));
    body.add_or_null("liable_party", payout.liable_party);
    const payment::Instruction* asking = asking_instruction(picture);
    body.add_value("next_action", asking != nullptr ? asking->next_action : Value());
    body.begin("instructions");
    append_list(out, picture.instructions, append_payout_instruction);
    add_tail(body, out, picture.subject);
}

void append_transfer(std::string& out, const payment::Picture& picture) {
    const auto& transfer = std::get<payment::Transfer>(picture.details);
    JsonRecord body(out);
    add_head(body, picture.subject);
    body.add("fee", transfer.fee.minor());
    body.add("from_account_id", transfer.from.id);
    body.add("to_account_id", transfer.to.id);
    body.add_or_null("description", transfer.description);
    add_tail(body, out, picture.subject);
}

void append_outgoing(std::string& out, const payment::Picture& picture) {
    if (picture.subject.service == payment::Service::payout) {
        append_payout(out, picture);
    } else {
        append_transfer(out, picture);
    }
}

}  // namespace

Value masked_payee(const Value& payee) {
    Value shown{ValueObject{}};
    if (const ValueObject* members = payee.as_object()) {
        for (const auto& [name, value] : *members) {
            const std::string_view kept = value.text_or_empty(kShownMember);
            const std::string* text = value.as_text();
            shown.set(name, text != nullptr ? masked(*text) : kept.empty() ? "**" : kept);
        }
    }
    return shown;
}

std::string render_outgoing(const payment::Picture& picture) {
    std::string out;
    append_outgoing(out, picture);
    return out;
}

std::string render_outgoing_page(
    payment::Service service,
    const std::vector<payment::Picture>& pictures,
    const std::string& next_cursor
) {
    const std::string name = std::string(to_string(service)) + "s";
    return render_page_of<payment::Picture>({name, pictures, next_cursor}, append_outgoing);
}

}  // namespace sluice::gateway
