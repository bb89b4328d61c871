#include "payment/task.hpp"

#include <algorithm>
#include <utility>

#include "payment/names.hpp"

namespace sluice::payment {
namespace {

constexpr Names<TaskStatus, 5> kTaskStatus{
    "task status", {"open", "approved", "denied", "expired", "cancelled"}
};
constexpr Names<Verdict, 2> kVerdict{"verdict", {"approve", "deny"}};
constexpr Names<TaskField::Type, 5> kFieldType{
    "type of field", {"text", "amount", "choice", "account", "payee"}
};

constexpr std::string_view kNamedInTask = "named_in_task";
constexpr std::size_t kTextMax = 500;
constexpr std::size_t kFieldsMax = 20;
constexpr std::size_t kNameMax = 40;
/// As large as an amount of the API may be.
constexpr std::int64_t kAmountMax = 9'000'000'000'000'000;

bool has(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

bool has_field(const TaskForm& form, std::string_view name) {
    return std::ranges::find(form, name, &TaskField::name) != form.end();
}

std::string quoted(std::string_view text) { return "'" + std::string(cut_text(text, 64)) + "'"; }

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= kNameMax && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

Value to_value(const Words& words) {
    Value value;
    value.set("en", words.en);
    value.set("zh", words.zh);
    return value;
}

Value texts(const std::vector<std::string>& list) {
    ValueArray values;
    for (const std::string& text : list) {
        values.emplace_back(text);
    }
    return Value(std::move(values));
}

std::vector<std::string> texts_of(const Value& value, std::string_view key) {
    std::vector<std::string> list;
    const Value* found = value.find(key);
    for (const Value& each :
         found == nullptr || found->as_array() == nullptr ? ValueArray{} : *found->as_array()) {
        list.emplace_back(each.as_text() == nullptr ? "" : *each.as_text());
    }
    return list;
}

Result<TaskField> field_from_value(const Value& value) {
    TaskField field;
    field.name = value.text_or_empty("name");
    if (!is_name(field.name)) {
        return fail(
            ErrorCode::invalid,
            "field name " + quoted(field.name) + ", wanted 1 to 40 of a-z, 0-9 and _"
        );
    }
    const Value* title = value.find("title");
    field.title.en = title == nullptr ? "" : title->text_or_empty("en");
    field.title.zh = title == nullptr ? "" : title->text_or_empty("zh");
    if (field.title.en.empty() || field.title.zh.empty()) {
        return fail(ErrorCode::invalid, "field " + quoted(field.name) + " has no title { en, zh }");
    }
    SLUICE_ASSIGN(field.type, kFieldType.parse(value.text_or_empty("type")));
    const Value* required = value.find("required");
    field.required = required != nullptr && required->as_bool() != nullptr && *required->as_bool();
    field.choices = texts_of(value, "choices");
    field.only_for = texts_of(value, "only_for");
    const bool is_choice = field.type == TaskField::Type::choice;
    if (is_choice == field.choices.empty() || has(field.choices, "")) {
        return fail(
            ErrorCode::invalid,
            "field " + quoted(field.name) + " is a " + std::string(to_string(field.type)) +
                (is_choice ? ", wanted its 'choices', texts" : ", which has no 'choices'")
        );
    }
    return field;
}

/// What is wrong with one value; empty when nothing is.
std::string fault_of(const TaskField& field, const Value& value) {
    const std::string* text = value.as_text();
    const std::string is =
        "is " + (text == nullptr ? "a " + std::string(value.kind_name()) : quoted(*text));
    switch (field.type) {
        case TaskField::Type::text:
            return text != nullptr && !text->empty() && text->size() <= kTextMax
                       ? ""
                       : is + ", wanted a text of 1 to 500 bytes";
        case TaskField::Type::amount: {
            const std::int64_t* amount = value.as_int();
            return amount != nullptr && *amount > 0 && *amount <= kAmountMax
                       ? ""
                       : "is wrong, wanted a whole number of minor units above 0";
        }
        case TaskField::Type::choice: {
            std::string wanted;
            for (const std::string& choice : field.choices) {
                wanted += (wanted.empty() ? "" : " or ") + choice;
            }
            return text != nullptr && has(field.choices, *text) ? "" : is + ", wanted " + wanted;
        }
        case TaskField::Type::account:
            return text != nullptr && AccountId::parse(*text)
                       ? ""
                       : is + ", wanted the id of an account";
        case TaskField::Type::payee:
            return !value.text_or_empty("method").empty()
                       ? ""
                       : "is wrong, wanted a method and who is paid by it";
    }
    return {};
}

/// Whether the first choice of the values is one that the field belongs to.
bool belongs(const TaskForm& form, const TaskField& field, const Value& given) {
    return field.only_for.empty() || has(field.only_for, given.text_or_empty(form.front().name));
}

/// What a field is for is one of the choices that the first field gives.
Result<void> check_only_for(const TaskForm& form) {
    int payees = 0;
    for (const TaskField& field : form) {
        payees += field.type == TaskField::Type::payee ? 1 : 0;
        for (const std::string& choice : field.only_for) {
            if (!has(form.front().choices, choice)) {
                return fail(
                    ErrorCode::invalid,
                    "field " + quoted(field.name) + " is only for " + quoted(choice) +
                        ", which is no choice of the first field"
                );
            }
        }
    }
    return payees < 2 ? Result<void>()
                      : fail(ErrorCode::invalid, "a form asks for one payee at most");
}

}  // namespace

std::string_view to_string(TaskStatus status) { return kTaskStatus.of(status); }
std::string_view to_string(Verdict verdict) { return kVerdict.of(verdict); }
std::string_view to_string(TaskField::Type type) { return kFieldType.of(type); }
Result<TaskStatus> parse_task_status(std::string_view text) { return kTaskStatus.parse(text); }
Result<Verdict> parse_verdict(std::string_view text) { return kVerdict.parse(text); }

Value to_value(const TaskForm& form) {
    ValueArray fields;
    for (const TaskField& field : form) {
        Value value;
        value.set("name", field.name);
        value.set("title", to_value(field.title));
        value.set("type", to_string(field.type));
        value.set("required", field.required);
        if (!field.choices.empty()) {
            value.set("choices", texts(field.choices));
        }
        if (!field.only_for.empty()) {
            value.set("only_for", texts(field.only_for));
        }
        fields.push_back(std::move(value));
    }
    return Value(std::move(fields));
}

Result<TaskForm> form_from_value(const Value& value) {
    TaskForm form;
    const ValueArray* fields = value.as_array();
    const bool is_empty = value.as_object() != nullptr && value.as_object()->empty();
    if (value.is_null() || is_empty) {
        return form;
    }
    if (fields == nullptr || fields->size() > kFieldsMax) {
        return fail(ErrorCode::invalid, "a form is a list of at most 20 fields");
    }
    for (const Value& each : *fields) {
        SLUICE_ASSIGN(TaskField field, field_from_value(each));
        if (has_field(form, field.name)) {
            return fail(ErrorCode::invalid, "field " + quoted(field.name) + " stands twice");
        }
        form.push_back(std::move(field));
    }
    SLUICE_TRY(check_only_for(form));
    return form;
}

bool TaskVote::repeats(const TaskVote& other) const {
    return task == other.task && actor == other.actor && verdict == other.verdict &&
           values == other.values && note == other.note;
}

Value to_value(const TaskVote& vote) {
    Value value;
    value.set("task", vote.task.to_string());
    value.set("actor", vote.actor);
    value.set("roles", texts(vote.roles));
    value.set("verdict", to_string(vote.verdict));
    value.set("values", vote.values);
    value.set("note", vote.note);
    return value;
}

Result<TaskVote> vote_from_value(const Value& value) {
    TaskVote vote;
    SLUICE_ASSIGN(vote.task, TaskId::parse(value.text_or_empty("task")));
    SLUICE_ASSIGN(vote.verdict, parse_verdict(value.text_or_empty("verdict")));
    vote.actor = value.text_or_empty("actor");
    vote.roles = texts_of(value, "roles");
    if (const Value* values = value.find("values")) {
        vote.values = *values;
    }
    vote.note = value.text_or_empty("note");
    return vote;
}

bool Task::is_for(const std::vector<std::string>& theirs) const {
    return has(theirs, role) || (escalated && has(theirs, escalate_role));
}

std::string Task::roles() const { return escalated ? role + " or " + escalate_role : role; }

std::expected<Value, std::vector<ValueFault>> check_values(
    const TaskForm& form, const Value& given
) {
    std::vector<ValueFault> faults;
    Value values;
    if (!given.is_null() && given.as_object() == nullptr) {
        return std::unexpected(std::vector<ValueFault>{{"", "wanted a record of values"}});
    }
    for (const TaskField& field : form) {
        const Value* value = given.find(field.name);
        const bool is_meant = belongs(form, field, given);
        if (value == nullptr || value->is_null()) {
            if (field.required && is_meant) {
                faults.push_back({field.name, "is missing"});
            }
            continue;
        }
        if (!is_meant) {
            faults.push_back({field.name, "does not belong to what was chosen"});
        } else if (auto fault = fault_of(field, *value); !fault.empty()) {
            faults.push_back({field.name, std::move(fault)});
        }
        values.set(field.name, *value);
    }
    for (const auto& [name, value] : given.is_null() ? ValueObject{} : *given.as_object()) {
        if (!has_field(form, name)) {
            faults.push_back({name, "is no field of the task's form"});
        }
    }
    return faults.empty() ? std::expected<Value, std::vector<ValueFault>>(std::move(values))
                          : std::unexpected(std::move(faults));
}

Value agreed_part(const TaskForm& form, const Value& values) {
    Value agreed;
    for (const TaskField& field : form) {
        const Value* value = values.find(field.name);
        if (field.type != TaskField::Type::text && value != nullptr) {
            agreed.set(field.name, *value);
        }
    }
    return agreed;
}

Value to_value(const PayeeName& name) {
    Value value;
    value.set(kNamedInTask, name.task.to_string());
    value.set("actor", name.actor);
    return value;
}

std::optional<PayeeName> payee_name_of(const Value& payee) {
    const auto task = TaskId::parse(payee.text_or_empty(kNamedInTask));
    return task ? std::optional(PayeeName{*task, std::string(payee.text_or_empty("actor"))})
                : std::nullopt;
}

TaskForm give_back_form(LegKind paid_by) {
    TaskField how{
        std::string(kHow),
        {"How the money goes back", "退款方式"},
        TaskField::Type::choice,
        true,
        {std::string(kOriginalWay), std::string(kToBalance), std::string(kToPayee)},
        {}
    };
    std::vector<std::string> outside{std::string(kByBank)};
    if (paid_by == LegKind::external) {
        outside.insert(outside.begin(), std::string(kAtChannel));
    }
    how.choices.insert(how.choices.end(), outside.begin(), outside.end());
    return {
        std::move(how),
        {std::string(kNamedAccount),
         {"The balance account that gets it", "收款余额账户"},
         TaskField::Type::account,
         true,
         {},
         {std::string(kToBalance)}},
        {std::string(kNamedPayee),
         {"Who is paid, and by which method", "收款人"},
         TaskField::Type::payee,
         true,
         {},
         {std::string(kToPayee)}},
        {"evidence",
         {"How it is known that it was given back", "已退款的依据"},
         TaskField::Type::text,
         true,
         {},
         std::move(outside)},
    };
}

TaskForm settle_form(const std::vector<std::string_view>& choices) {
    return {
        {std::string(kHow),
         {"How the money ends", "资金处理结果"},
         TaskField::Type::choice,
         true,
         {choices.begin(), choices.end()},
         {}},
        {"evidence", {"How this is known", "依据"}, TaskField::Type::text, true, {}, {}},
    };
}

TaskForm resolve_form() {
    return {
        {"outcome",
         {"What became of the money", "资金结果"},
         TaskField::Type::choice,
         true,
         {"succeeded", "refused"},
         {}},
        {"evidence", {"How this is known", "依据"}, TaskField::Type::text, true, {}, {}},
        {"channel_reference",
         {"The channel's own number", "渠道单号"},
         TaskField::Type::text,
         false,
         {},
         {}},
    };
}

}  // namespace sluice::payment
