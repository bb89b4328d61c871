#include "flow/task_wish.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "flow/seconds_max.hpp"

namespace sluice::flow {
namespace {

constexpr std::int64_t kPeopleMax = 10;
constexpr std::size_t kWordMax = 64;
constexpr std::size_t kTitleMax = 200;
constexpr std::array<std::string_view, 9> kMembers{
    "kind", "title", "role", "needed", "form", "deadline", "escalate", "about", "amount"
};

std::unexpected<Error> wrong(std::string_view member, const std::string& wanted) {
    return fail(
        ErrorCode::script, "a task's '" + std::string(member) + "' is wrong, wanted " + wanted
    );
}

/// Roles and kinds are words of the configuration.
bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= kWordMax && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    });
}

Result<std::int64_t> whole_or(
    const Value& record, std::string_view member, std::int64_t most, std::int64_t unsaid
) {
    const Value* value = record.find(member);
    if (value == nullptr || value->is_null()) {
        return unsaid;
    }
    const std::int64_t* number = value->as_int();
    if (number == nullptr || *number < 1 || *number > most) {
        return wrong(member, "a whole number from 1 to " + std::to_string(most));
    }
    return *number;
}

Result<void> read_words(const Value& wish, payment::Task& task) {
    task.kind = wish.text_or_empty("kind");
    task.role = wish.text_or_empty("role");
    if (!is_word(task.kind)) {
        return wrong("kind", "1 to 64 letters, digits, '.', '-' and '_'");
    }
    if (!is_word(task.role)) {
        return wrong("role", "who may vote: 1 to 64 letters, digits, '.', '-' and '_'");
    }
    const Value* title = wish.find("title");
    task.title.en = title == nullptr ? "" : title->text_or_empty("en");
    task.title.zh = title == nullptr ? "" : title->text_or_empty("zh");
    for (const std::string& text : {task.title.en, task.title.zh}) {
        if (text.empty() || text.size() > kTitleMax) {
            return wrong("title", "{ en, zh }, texts of 1 to 200 bytes");
        }
    }
    return {};
}

}  // namespace

Result<void> read_task_times(const Value& said, payment::Task& task) {
    SLUICE_ASSIGN(const std::int64_t deadline, whole_or(said, "deadline", kSecondsMax, 0));
    if (deadline > 0) {
        task.due_at = task.opened_at + std::chrono::seconds(deadline);
    }
    const Value* escalate = said.find("escalate");
    if (escalate == nullptr || escalate->is_null()) {
        return {};
    }
    SLUICE_ASSIGN(const std::int64_t after, whole_or(*escalate, "after", kSecondsMax, 0));
    task.escalate_role = escalate->text_or_empty("role");
    if (after == 0 || !is_word(task.escalate_role)) {
        return wrong("escalate", "{ after = seconds, role }");
    }
    task.escalates_at = task.opened_at + std::chrono::seconds(after);
    return {};
}

Result<payment::Task> read_task_wish(const Value& wish, Time now) {
    if (wish.as_object() == nullptr) {
        return wrong("wish", "a record");
    }
    for (const auto& [name, value] : *wish.as_object()) {
        if (std::ranges::find(kMembers, name) == kMembers.end()) {
            return fail(ErrorCode::script, "a task knows no '" + name + "'");
        }
    }
    payment::Task task;
    task.opened_at = now;
    SLUICE_TRY(read_words(wish, task));
    SLUICE_ASSIGN(const std::int64_t needed, whole_or(wish, "needed", kPeopleMax, 1));
    task.needed = static_cast<int>(needed);
    SLUICE_TRY(read_task_times(wish, task));
    const Value* form = wish.find("form");
    if (auto fields = payment::form_from_value(form == nullptr ? Value{} : *form)) {
        task.form = *std::move(fields);
    } else {
        return wrong(
            "form", "fields { name, title, type, required, choices }: " + fields.error().message
        );
    }
    if (wish.find("about") != nullptr) {
        SLUICE_ASSIGN(task.about, InstructionId::parse(wish.text_or_empty("about")));
    }
    if (const Value* amount = wish.find("amount")) {
        if (amount->as_money() == nullptr) {
            return wrong("amount", "money");
        }
        task.amount = *amount->as_money();
    }
    const bool asks_amount = std::ranges::any_of(task.form, [](const payment::TaskField& field) {
        return field.type == payment::TaskField::Type::amount;
    });
    if (asks_amount && !task.amount) {
        return wrong("amount", "money where the form asks for an amount: it says the currency");
    }
    return task;
}

}  // namespace sluice::flow
