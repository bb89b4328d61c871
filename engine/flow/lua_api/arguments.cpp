#include "flow/lua_api/arguments.hpp"

#include <algorithm>

namespace sluice::flow {
namespace {

std::string list_of(std::initializer_list<std::string_view> names) {
    std::string list;
    for (const auto name : names) {
        list.append(list.empty() ? "" : ", ").append(name);
    }
    return list;
}

Error unknown_member(
    std::string_view verb, const std::string& name, std::initializer_list<std::string_view> fields
) {
    return {
        ErrorCode::script,
        std::string(verb) + " knows no '" + name + "', it takes " + list_of(fields),
        {}
    };
}

}  // namespace

const Value& at(Arguments arguments, std::size_t index) {
    static const Value kNull;
    return index < arguments.size() ? arguments[index] : kNull;
}

Result<std::string> text_at(Arguments arguments, std::size_t index, std::string_view what) {
    const std::string* text = at(arguments, index).as_text();
    if (text == nullptr) {
        return fail(
            ErrorCode::script,
            std::string(what) + " is a " + std::string(at(arguments, index).kind_name()) +
                ", wanted text"
        );
    }
    return *text;
}

Result<InstructionId> instruction_at(Arguments arguments, std::size_t index) {
    SLUICE_ASSIGN(const std::string text, text_at(arguments, index, "instruction"));
    return InstructionId::parse(text);
}

Result<void> knows_all(
    const Value& record, std::string_view verb, std::initializer_list<std::string_view> fields
) {
    const ValueObject* members = record.as_object();
    if (members == nullptr) {
        return fail(
            ErrorCode::script,
            std::string(verb) + " wants a record, got a " + std::string(record.kind_name())
        );
    }
    for (const auto& [name, value] : *members) {
        if (std::ranges::find(fields, name) == fields.end()) {
            return fail(unknown_member(verb, name, fields));
        }
    }
    return {};
}

Result<std::int64_t> whole_of(const Value& record, std::string_view key, std::int64_t most) {
    const Value* member = record.find(key);
    if (member == nullptr || member->as_int() == nullptr) {
        return fail(ErrorCode::script, "'" + std::string(key) + "' must be a whole number");
    }
    if (*member->as_int() < 1 || *member->as_int() > most) {
        return fail(
            ErrorCode::script,
            "'" + std::string(key) + "' is " + std::to_string(*member->as_int()) +
                ", wanted 1 to " + std::to_string(most)
        );
    }
    return *member->as_int();
}

Result<Money> money_in(const Value& record, std::string_view verb) {
    const Value* amount = record.find("amount");
    if (amount == nullptr || amount->as_money() == nullptr) {
        return fail(ErrorCode::script, std::string(verb) + " wants an 'amount' of money");
    }
    return *amount->as_money();
}

Result<TaskId> task_in(const Value& record) {
    return record.find("task") == nullptr ? Result<TaskId>(TaskId{})
                                          : TaskId::parse(record.text_or_empty("task"));
}

}  // namespace sluice::flow
