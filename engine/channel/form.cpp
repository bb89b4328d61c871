#include "channel/form.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/utf8.hpp"
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

constexpr std::size_t kPayeeMax = 256;
constexpr std::size_t kNameShown = 64;

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

bool is_true(const Value& record, std::string_view name) {
    const Value* member = record.find(name);
    return member != nullptr && member->as_bool() != nullptr && *member->as_bool();
}

Result<FormField> parse_field(const Value& value) {
    SLUICE_TRY(check_members(value, {"name", "kind", "required", "identifies", "title"}));
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
    field.is_required = is_true(value, "required");
    field.identifies = is_true(value, "identifies");
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

Result<std::vector<FormField>> parse_fields(const Value& list) {
    std::vector<FormField> fields;
    for (const Value& field : *list.as_array()) {
        SLUICE_ASSIGN(FormField parsed, parse_field(field));
        const bool is_there =
            std::ranges::find(fields, parsed.name, &FormField::name) != fields.end();
        if (is_there) {
            return fail(ErrorCode::invalid, "the form has two fields '" + parsed.name + "'");
        }
        fields.push_back(std::move(parsed));
    }
    return fields;
}

Result<std::vector<FormField>> parse_payee(const Value& value) {
    const Value* list = value.find("payee");
    if (list == nullptr) {
        return std::vector<FormField>{};
    }
    if (list->as_array() == nullptr) {
        return fail(ErrorCode::invalid, "the form's payee is not a list of fields");
    }
    SLUICE_ASSIGN(std::vector<FormField> fields, parse_fields(*list));
    for (const FormField& field : fields) {
        if (field.kind != FieldKind::text && field.kind != FieldKind::secret) {
            return fail(
                ErrorCode::invalid, "the payee's field '" + field.name + "' is not text or secret"
            );
        }
    }
    const bool is_known = std::ranges::any_of(fields, [](const FormField& field) {
        return field.identifies && field.is_required;
    });
    if (!is_known) {
        return fail(
            ErrorCode::invalid,
            "none of the payee's fields tells who he is, wanted a required one that identifies"
        );
    }
    return fields;
}

std::unexpected<Error> wrong_payee(const std::string& name, const std::string& what) {
    return fail(ErrorCode::invalid, "payee field '" + name + "' " + what, "/payee/" + name);
}

std::string names_of(const std::vector<FormField>& fields) {
    std::string names;
    for (const FormField& field : fields) {
        names += (names.empty() ? "" : ", ") + field.name;
    }
    return names.empty() ? "none" : names;
}

}  // namespace

const FormField* Form::find(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, &FormField::name);
    return found == fields.end() ? nullptr : &*found;
}

Result<Form> parse_form(std::string_view json_text) {
    SLUICE_ASSIGN(const Value value, json::parse(json_text));
    SLUICE_TRY(check_members(value, {"merchant", "hosts", "fields", "payee"}));
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
    SLUICE_ASSIGN(form.fields, parse_fields(*fields));
    SLUICE_ASSIGN(form.payee, parse_payee(value));
    if (std::ranges::any_of(form.fields, &FormField::identifies)) {
        return fail(ErrorCode::invalid, "only fields of the payee can identify");
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

std::string payee_identity(const Form& form, const Value& payee) {
    std::string identity;
    for (const FormField& field : form.payee) {
        if (!field.identifies) {
            continue;
        }
        std::string text;
        for (const char c : payee.text_or_empty(field.name)) {
            if (c != ' ' && c != '-') {
                text.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
            }
        }
        identity += field.name + '\n' + std::to_string(text.size()) + ' ' + text + '\n';
    }
    return identity;
}

Result<void> check_payee(const Form& form, const Value& payee) {
    const ValueObject* members = payee.as_object();
    if (members == nullptr) {
        return fail(
            ErrorCode::invalid,
            "the payee is a " + std::string(payee.kind_name()) + ", wanted a record",
            "/payee"
        );
    }
    for (const auto& [name, value] : *members) {
        if (std::ranges::find(form.payee, name, &FormField::name) == form.payee.end()) {
            return wrong_payee(
                std::string(cut_text(name, kNameShown)),
                "is not known, wanted " + names_of(form.payee)
            );
        }
        const std::string* text = value.as_text();
        if (text == nullptr || text->empty() || text->size() > kPayeeMax) {
            return wrong_payee(name, "is not a text of 1 to 256 bytes");
        }
    }
    for (const FormField& field : form.payee) {
        if (field.is_required && payee.find(field.name) == nullptr) {
            return wrong_payee(field.name, "is missing");
        }
    }
    return {};
}

}  // namespace sluice::channel
