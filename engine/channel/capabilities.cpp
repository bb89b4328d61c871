#include "channel/capabilities.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

namespace sluice::channel {
namespace {

using payment::Instruction;
using payment::Purpose;

// A channel that says nothing of its delays is given long ones.
constexpr std::int64_t kNotFoundAfterDefault = 300;
constexpr std::int64_t kNotFoundAfterMax = 86'400;
constexpr std::int64_t kWindowMax = 315'360'000;  // ten years
constexpr std::int64_t kPartsMax = 1'000'000;
constexpr std::int64_t kBytesMax = 65'536;
constexpr std::int64_t kLinesMin = 2;
constexpr std::int64_t kLinesMax = 500;

std::unexpected<Error> misdeclared(std::string message) {
    return fail(ErrorCode::invalid, std::move(message));
}

bool contains(const std::vector<std::string>& list, std::string_view wanted) {
    return std::ranges::find(list, wanted) != list.end();
}

/// A misspelt member would be as good as missing, and what it limits without a limit.
Result<void> check_declared_members(
    const Value& record, std::string_view name, const std::vector<std::string_view>& known
) {
    std::string message = "'capabilities.";
    message += name;
    if (record.as_object() == nullptr) {
        message += "' is no record";
        return misdeclared(std::move(message));
    }
    for (const auto& [member, value] : *record.as_object()) {
        if (std::ranges::find(known, member) == known.end()) {
            message += "' has an unknown member '";
            message += member + "'";
            return misdeclared(std::move(message));
        }
    }
    return {};
}

/// A number that has to be there, from 1 on.
struct Limit {
    std::string_view owner;
    std::string_view name;
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

Result<std::int64_t> read(const Value& record, const Limit& limit) {
    const std::int64_t number = record.int_or(limit.name, 0);
    if (number < 1 || number > limit.most) {
        return misdeclared(
            "'capabilities." + std::string(limit.owner) + "' needs " + std::string(limit.name) +
            ", a whole number from 1 to " + std::to_string(limit.most)
        );
    }
    return number;
}

/// How long a text may be; `fallback` where nothing is said.
Result<std::size_t> bytes_or(const Value& record, const Limit& limit, std::size_t fallback) {
    if (record.find(limit.name) == nullptr) {
        return fallback;
    }
    SLUICE_ASSIGN(const std::int64_t bytes, read(record, limit));
    return static_cast<std::size_t>(bytes);
}

Result<RefundCapabilities> refund_from_value(const Value& record, std::size_t description_max) {
    SLUICE_TRY(check_declared_members(
        record, "refund", {"window_seconds", "parts_max", "reason_max_bytes"}
    ));
    RefundCapabilities refund;
    SLUICE_ASSIGN(refund.window_seconds, read(record, {"refund", "window_seconds", kWindowMax}));
    SLUICE_ASSIGN(refund.parts_max, read(record, {"refund", "parts_max", kPartsMax}));
    SLUICE_ASSIGN(
        refund.reason_max_bytes,
        bytes_or(record, {"refund", "reason_max_bytes", kBytesMax}, description_max)
    );
    return refund;
}

/// Where nothing is said of their sum, it has no limit.
Result<ManyPayouts> many_from_value(const Value& record) {
    SLUICE_TRY(check_declared_members(record, "payout.many", {"lines_max", "amount_max_minor"}));
    const std::int64_t lines = record.int_or("lines_max", 0);
    if (lines < kLinesMin || lines > kLinesMax) {
        return misdeclared(
            "'capabilities.payout.many' needs lines_max, a whole number from 2 to 500"
        );
    }
    ManyPayouts many{
        .lines_max = static_cast<std::size_t>(lines),
        .amount_max_minor = std::numeric_limits<std::int64_t>::max()
    };
    if (record.find("amount_max_minor") != nullptr) {
        SLUICE_ASSIGN(many.amount_max_minor, read(record, {"payout.many", "amount_max_minor"}));
    }
    return many;
}

Result<PayoutCapabilities> payout_from_value(const Value& record, std::size_t description_max) {
    SLUICE_TRY(check_declared_members(
        record,
        "payout",
        {"methods", "amount_min_minor", "amount_max_minor", "description_max_bytes", "many"}
    ));
    PayoutCapabilities payout;
    SLUICE_ASSIGN(payout.methods, texts_from_value(record, "methods"));
    if (payout.methods.empty() || contains(payout.methods, "")) {
        return misdeclared("'capabilities.payout' needs methods, a list of names");
    }
    SLUICE_ASSIGN(payout.amount_min_minor, read(record, {"payout", "amount_min_minor"}));
    SLUICE_ASSIGN(payout.amount_max_minor, read(record, {"payout", "amount_max_minor"}));
    if (payout.amount_min_minor > payout.amount_max_minor) {
        return misdeclared(
            "'capabilities.payout' has an amount_min_minor above its amount_max_minor"
        );
    }
    SLUICE_ASSIGN(
        payout.description_max_bytes,
        bytes_or(record, {"payout", "description_max_bytes", kBytesMax}, description_max)
    );
    if (const Value* many = record.find("many")) {
        SLUICE_ASSIGN(payout.many, many_from_value(*many));
    }
    return payout;
}

Result<void> check_delay(std::int64_t seconds) {
    if (seconds < 1 || seconds > kNotFoundAfterMax) {
        return misdeclared(
            "'capabilities' has not_found_after_seconds " + std::to_string(seconds) +
            ", wanted 1 to 86400"
        );
    }
    return {};
}

/// Without scenes there is nothing to limit.
bool is_collecting_whole(const Capabilities& capabilities) {
    return capabilities.scenes.empty() ||
           (capabilities.amount_min_minor > 0 &&
            capabilities.amount_max_minor >= capabilities.amount_min_minor &&
            capabilities.expiry_max_seconds > 0);
}

struct AmountRange {
    std::int64_t least = 0;
    std::int64_t most = 0;
};

Result<void> check_amount(
    const Money& amount, const AmountRange& range, const std::string& channel
) {
    if (amount.minor() < range.least || amount.minor() > range.most) {
        return outside_capabilities(
            "'" + channel + "' takes " + std::to_string(range.least) + " to " +
            std::to_string(range.most) + ", not " + amount.describe()
        );
    }
    return {};
}

Result<void> check_collect(
    const Capabilities& can, const Instruction& instruction, const std::string& channel
) {
    if (!contains(can.scenes, instruction.scene)) {
        return outside_capabilities("'" + channel + "' has no scene '" + instruction.scene + "'");
    }
    return check_amount(instruction.amount, {can.amount_min_minor, can.amount_max_minor}, channel);
}

Result<void> check_refund(
    const Capabilities& can, const Instruction& instruction, const std::string& channel
) {
    if (!can.refund) {
        return outside_capabilities("'" + channel + "' gives nothing back");
    }
    const payment::Original& original = instruction.original;
    if (original.id.is_nil() || original.amount.currency() != instruction.amount.currency()) {
        return outside_capabilities(
            "refund " + instruction.id.raw().to_string() +
            " names no instruction in its currency that was collected"
        );
    }
    return check_amount(instruction.amount, {1, original.amount.minor()}, channel);
}

Result<void> check_payout(
    const Capabilities& can, const Instruction& instruction, const std::string& channel
) {
    if (!can.payout) {
        return outside_capabilities("'" + channel + "' pays nothing out");
    }
    if (!instruction.scene.empty() && !contains(can.payout->methods, instruction.scene)) {
        return outside_capabilities(
            "'" + channel + "' pays nothing out to a '" + instruction.scene + "'"
        );
    }
    return check_amount(
        instruction.amount, {can.payout->amount_min_minor, can.payout->amount_max_minor}, channel
    );
}

}  // namespace

std::unexpected<Error> outside_capabilities(std::string message) {
    return fail(ErrorCode::invalid, std::move(message), "capabilities");
}

Result<std::vector<std::string>> texts_from_value(const Value& record, std::string_view name) {
    std::vector<std::string> texts;
    const Value* list = record.find(name);
    if (list == nullptr) {
        return texts;
    }
    if (list->as_array() == nullptr) {
        return misdeclared("'" + std::string(name) + "' is not a list of texts");
    }
    for (const Value& text : *list->as_array()) {
        if (text.as_text() == nullptr) {
            return misdeclared("'" + std::string(name) + "' is not a list of texts");
        }
        texts.push_back(*text.as_text());
    }
    return texts;
}

namespace {

Result<std::vector<std::string>> scenes_from_value(
    const Value& record, std::string_view name, const std::vector<std::string>& known
) {
    SLUICE_ASSIGN(auto scenes, texts_from_value(record, name));
    for (const std::string& scene : scenes) {
        if (!contains(known, scene)) {
            return misdeclared(
                "'capabilities." + std::string(name) + "' names '" + scene + "', which is no scene"
            );
        }
    }
    return scenes;
}

}  // namespace

Result<Capabilities> capabilities_from_value(const Value& record) {
    Capabilities can;
    SLUICE_ASSIGN(can.scenes, texts_from_value(record, "scenes"));
    SLUICE_ASSIGN(can.handed_over, scenes_from_value(record, "handed_over", can.scenes));
    SLUICE_ASSIGN(can.charged_at_once, scenes_from_value(record, "charged_at_once", can.scenes));
    SLUICE_ASSIGN(can.currencies, texts_from_value(record, "currencies"));
    can.amount_min_minor = record.int_or("amount_min_minor", 1);
    can.amount_max_minor = record.int_or("amount_max_minor", 0);
    can.expiry_max_seconds = record.int_or("expiry_max_seconds", 0);
    can.not_found_after_seconds = record.int_or("not_found_after_seconds", kNotFoundAfterDefault);
    SLUICE_TRY(check_delay(can.not_found_after_seconds));
    const std::int64_t description_max = record.int_or("description_max_bytes", 0);
    can.description_max_bytes = description_max > 0 ? static_cast<std::size_t>(description_max) : 0;
    if (const Value* refund = record.find("refund")) {
        SLUICE_ASSIGN(can.refund, refund_from_value(*refund, can.description_max_bytes));
    }
    if (const Value* payout = record.find("payout")) {
        SLUICE_ASSIGN(can.payout, payout_from_value(*payout, can.description_max_bytes));
    }
    // A collect is closed before its absence is believed; a refund or payout cannot be, so that how
    // long to wait must be the channel's own word.
    if ((can.refund || can.payout) && record.find("not_found_after_seconds") == nullptr) {
        return misdeclared("'capabilities' with refund or payout needs not_found_after_seconds");
    }
    const bool does_nothing = can.scenes.empty() && !can.payout;
    const bool is_whole = !does_nothing && !can.currencies.empty() &&
                          can.description_max_bytes > 0 && is_collecting_whole(can);
    if (!is_whole) {
        return misdeclared(
            "'capabilities' needs currencies, description_max_bytes and, unless it only pays out, "
            "scenes, amount_max_minor and expiry_max_seconds"
        );
    }
    return can;
}

bool Capabilities::is_handed_over(const std::string& scene) const {
    return contains(handed_over, scene);
}

bool Capabilities::is_charged_at_once(std::string_view scene) const {
    return contains(charged_at_once, scene);
}

Result<void> Capabilities::check(
    const payment::Instruction& instruction, const std::string& channel
) const {
    const std::string_view currency = instruction.amount.currency().code();
    if (!contains(currencies, currency)) {
        return outside_capabilities("'" + channel + "' does not take " + std::string(currency));
    }
    switch (instruction.purpose) {
        case Purpose::refund:
            return check_refund(*this, instruction, channel);
        case Purpose::payout:
            return check_payout(*this, instruction, channel);
        case Purpose::collect:
            break;
    }
    return check_collect(*this, instruction, channel);
}

}  // namespace sluice::channel
