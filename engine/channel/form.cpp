#include "channel/form.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/value.hpp"
#include "json/json.hpp"

namespace sluice::channel {
namespace {

constexpr std::array<std::pair<std::string_view, FieldKind>, 4> kKinds{{
    {"text", FieldKind::text},
    {"secret", FieldKind::secret},
    {"private_key", FieldKind::private_key},
    {"public_keys", FieldKind::public_keys},
}};

Result<void> check_members(const Value& record, std::vector<std::string_view> known) {
    if (record.as_object() == nullptr) {
        return fail(
            ErrorCode::invalid,
            "a form has a " + std::string(record.kind_name()) + " where a record is wanted"
        );
    }
    for (const auto& [name, member] : *record.as_object()) {
        if (std::ranges::find(known, name) == known.end()) {
            return fail(ErrorCode::invalid, "the form has an unknown member '" + name + "'");
        }
    }
    return {};
}

Result<FormField> parse_field(const Value& value) {
    SLUICE_TRY(check_members(value, {"name", "kind", "required", "title"}));
    FormField field;
    field.name = value.text_or_empty("name");
    const std::string_view kind = value.text_or_empty("kind");
    const auto known = std::ranges::find(kKinds, kind, [](const auto& row) { return row.first; });
    if (field.name.empty() || known == kKinds.end()) {
        return fail(
            ErrorCode::invalid,
            "form field '" + field.name + "' has the kind '" + std::string(kind) +
                "', wanted a name and text, secret, private_key or public_keys"
        );
    }
    field.kind = known->second;
    if (const Value* required = value.find("required"); required != nullptr) {
        field.is_required = required->as_bool() != nullptr && *required->as_bool();
    }
    if (const Value* title = value.find("title")) {
        SLUICE_TRY(check_members(*title, {"en", "zh"}));
        field.title_en = title->text_or_empty("en");
        field.title_zh = title->text_or_empty("zh");
    }
    if (field.title_en.empty() || field.title_zh.empty()) {
        return fail(
            ErrorCode::invalid, "form field '" + field.name + "' needs a title in en and zh"
        );
    }
    return field;
}

}  // namespace

const FormField* Form::find(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, &FormField::name);
    return found == fields.end() ? nullptr : &*found;
}

Result<Form> parse_form(std::string_view json_text) {
    SLUICE_ASSIGN(const Value value, json::parse(json_text));
    SLUICE_TRY(check_members(value, {"merchant", "hosts", "fields"}));
    Form form;
    form.merchant_field = value.text_or_empty("merchant");
    if (const Value* hosts = value.find("hosts"); hosts != nullptr && hosts->as_array()) {
        for (const Value& host : *hosts->as_array()) {
            form.hosts.emplace_back(host.as_text() != nullptr ? *host.as_text() : "");
        }
    }
    const Value* fields = value.find("fields");
    if (fields == nullptr || fields->as_array() == nullptr) {
        return fail(ErrorCode::invalid, "the form has no list 'fields'");
    }
    for (const Value& field : *fields->as_array()) {
        SLUICE_ASSIGN(FormField parsed, parse_field(field));
        form.fields.push_back(std::move(parsed));
    }
    const FormField* merchant = form.find(form.merchant_field);
    if (merchant == nullptr || merchant->kind != FieldKind::text) {
        return fail(
            ErrorCode::invalid,
            "the form's merchant '" + form.merchant_field + "' is not one of its text fields"
        );
    }
    return form;
}

}  // namespace sluice::channel
