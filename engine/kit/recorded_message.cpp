#include "kit/recorded_message.hpp"

#include <algorithm>
#include <array>

#include "channel/payout_many.hpp"
#include "core/nearest_name.hpp"
#include "json/json.hpp"
#include "kit/wrong.hpp"

namespace sluice::kit {
namespace {

constexpr std::string_view kCallback = "callback";
constexpr std::array<std::string_view, 10> kMembers{
    "operation",
    "scene",
    "instruction",
    "instructions",
    "settings",
    "seconds_later",
    "request",
    "answer",
    "message",
    "expect",
};
constexpr std::int64_t kStatusMin = 100;
constexpr std::int64_t kStatusMax = 599;

Result<void> check_members(const Value& record) {
    if (record.as_object() == nullptr) {
        return wrong("it is a " + std::string(record.kind_name()) + ", wanted a record");
    }
    for (const auto& [name, member] : *record.as_object()) {
        if (std::ranges::find(kMembers, name) == kMembers.end()) {
            return wrong("it has an unknown member '" + name + "'" + did_you_mean(name, kMembers));
        }
    }
    return {};
}

/// A member that is a record; null when it is not there.
Result<Value> record_in(const Value& recorded, std::string_view name) {
    const Value* member = recorded.find(name);
    if (member == nullptr) {
        return Value();
    }
    if (member->as_object() == nullptr) {
        return wrong(
            "'" + std::string(name) + "' is a " + std::string(member->kind_name()) +
            ", wanted a record"
        );
    }
    return *member;
}

Result<channel::TextMap> settings_in(const Value& recorded) {
    channel::TextMap settings;
    SLUICE_ASSIGN(const Value record, record_in(recorded, "settings"));
    for (const auto& [name, value] : record.is_null() ? ValueObject{} : *record.as_object()) {
        if (value.as_text() == nullptr) {
            return wrong("'settings." + name + "' is no text");
        }
        settings.emplace(name, *value.as_text());
    }
    return settings;
}

/// What differs in each of many payouts.
Result<std::vector<Value>> instructions_in(const Value& recorded) {
    const Value* list = recorded.find("instructions");
    const bool is_wanted = recorded.text_or_empty("operation") == channel::kPayoutMany;
    if ((list != nullptr) != is_wanted) {
        return wrong(
            is_wanted ? "'instructions' is missing" : "'instructions' are of a payout_many only"
        );
    }
    if (list == nullptr) {
        return std::vector<Value>{};
    }
    const bool is_good = list->as_array() != nullptr && list->as_array()->size() > 1 &&
                         std::ranges::all_of(*list->as_array(), [](const Value& each) {
                             return each.as_object() != nullptr;
                         });
    if (!is_good) {
        return wrong("'instructions' is no list of at least two records");
    }
    return *list->as_array();
}

Result<void> check_said(const RecordedMessage& message) {
    if (message.is_callback() && message.said.is_null()) {
        return wrong("'message' is missing");
    }
    if (!message.is_callback() && !message.said.is_null()) {
        const std::int64_t status = message.said.int_or("status", 0);
        if (status < kStatusMin || status > kStatusMax) {
            return wrong("'answer.status' is no HTTP status");
        }
    }
    if (message.outcome().empty()) {
        return wrong("'expect' needs the kind of the outcome ('none' for a refused callback)");
    }
    return {};
}

}  // namespace

std::string RecordedMessage::operation_name() const {
    if (!consultation.empty()) {
        return consultation;
    }
    return std::string(operation ? channel::to_string(*operation) : kCallback);
}

std::int64_t RecordedMessage::http_status() const {
    return (is_callback() ? expect : said).int_or("status", 0);
}

Result<RecordedMessage> parse_recorded_message(std::string_view json_text) {
    SLUICE_ASSIGN(const Value recorded, json::parse(json_text));
    SLUICE_TRY(check_members(recorded));
    RecordedMessage message;
    const std::string_view operation = recorded.text_or_empty("operation");
    if (operation.empty()) {
        return wrong("'operation' is missing");
    }
    if (auto asked = channel::parse_operation(operation); asked) {
        message.operation = *asked;
    } else if (operation != kCallback) {
        message.consultation = operation;
    }
    const char* part = message.is_callback() ? "message" : "answer";
    if (recorded.find(message.is_callback() ? "answer" : "message") != nullptr) {
        return wrong("a " + std::string(operation) + " has its words in '" + part + "'");
    }
    SLUICE_ASSIGN(message.said, record_in(recorded, part));
    SLUICE_ASSIGN(message.instruction, record_in(recorded, "instruction"));
    SLUICE_ASSIGN(message.instructions, instructions_in(recorded));
    if (const std::string_view scene = recorded.text_or_empty("scene"); !scene.empty()) {
        message.instruction.set("scene", scene);
    }
    SLUICE_ASSIGN(message.settings, settings_in(recorded));
    message.seconds_later = recorded.int_or("seconds_later", 0);
    SLUICE_ASSIGN(message.request, record_in(recorded, "request"));
    SLUICE_ASSIGN(message.expect, record_in(recorded, "expect"));
    SLUICE_TRY(check_said(message));
    return message;
}

}  // namespace sluice::kit
