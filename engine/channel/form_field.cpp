#include "channel/form_field.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <utility>

namespace sluice::channel {
namespace {

constexpr std::array<std::pair<std::string_view, FieldKind>, 4> kKinds{{
    {"text", FieldKind::text},
    {"secret", FieldKind::secret},
    {"private_key", FieldKind::private_key},
    {"public_keys", FieldKind::public_keys},
}};

constexpr std::array<std::pair<std::string_view, Identifies>, 3> kIdentifies{{
    {"", Identifies::no},
    {"loosely", Identifies::loosely},
    {"exactly", Identifies::exactly},
}};

bool is_true(const Value& record, std::string_view name) {
    const Value* member = record.find(name);
    return member != nullptr && member->as_bool() != nullptr && *member->as_bool();
}

/// The names in a field's list `member`; none when it has no such list.
Result<std::vector<std::string>> names_in(const Value& field, const std::string& member) {
    std::vector<std::string> names;
    const Value* list = field.find(member);
    if (list == nullptr) {
        return names;
    }
    const bool is_list = list->as_array() != nullptr && !list->as_array()->empty();
    for (const Value& name : is_list ? *list->as_array() : ValueArray{Value()}) {
        if (name.as_text() == nullptr || name.as_text()->empty()) {
            return fail(
                ErrorCode::invalid,
                "form field '" + std::string(field.text_or_empty("name")) + "' has " + member +
                    " that are no list of names"
            );
        }
        names.push_back(*name.as_text());
    }
    return names;
}

/// {"barcode_api":"v2"}: the one field beside which this one is needed, and what that one says.
Result<std::pair<std::string, std::string>> needed_with_of(const Value& field) {
    const Value* record = field.find("needed_with");
    if (record == nullptr) {
        return std::pair<std::string, std::string>{};
    }
    const ValueObject* members = record->as_object();
    const bool is_one = members != nullptr && members->size() == 1 &&
                        members->front().second.as_text() != nullptr &&
                        !members->front().second.as_text()->empty();
    if (!is_one) {
        return fail(
            ErrorCode::invalid,
            "form field '" + std::string(field.text_or_empty("name")) +
                "' has a needed_with that is no record of one field and its text"
        );
    }
    return std::pair{members->front().first, *members->front().second.as_text()};
}

Result<Identifies> identifies_of(const Value& field) {
    const Value* member = field.find("identifies");
    const std::string_view said = field.text_or_empty("identifies");
    const auto known =
        std::ranges::find(kIdentifies, said, [](const auto& row) { return row.first; });
    if (known == kIdentifies.end() || (member != nullptr && said.empty())) {
        return fail(
            ErrorCode::invalid,
            "form field '" + std::string(field.text_or_empty("name")) +
                "' identifies in a way that is neither 'loosely' nor 'exactly'"
        );
    }
    return known->second;
}

/// nullopt for what is no regular expression.
std::optional<std::regex> compiled(const std::string& pattern) {
    try {
        return std::regex(pattern, std::regex::ECMAScript);
    } catch (const std::regex_error&) {
        return std::nullopt;
    }
}

}  // namespace

Result<void> check_form_members(const Value& record, const std::vector<std::string_view>& known) {
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

bool has_shape(const std::string& text, const std::string& pattern) {
    if (pattern.empty()) {
        return true;
    }
    // The library matches by recursion: a long text would take the whole stack.
    constexpr std::size_t kShapedMax = 4096;
    const auto shape = compiled(pattern);
    return shape && text.size() <= kShapedMax && std::regex_match(text, *shape);
}

Result<FormField> parse_field(const Value& value) {
    SLUICE_TRY(check_form_members(
        value,
        {"name",
         "kind",
         "required",
         "identifies",
         "title",
         "scenes",
         "pattern",
         "choices",
         "needed_with",
         "fixed"}
    ));
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
    SLUICE_ASSIGN(field.identifies, identifies_of(value));
    if (const Value* title = value.find("title")) {
        SLUICE_TRY(check_form_members(*title, {"en", "zh"}));
        field.title_en = title->text_or_empty("en");
        field.title_zh = title->text_or_empty("zh");
    }
    if (field.title_en.empty() || field.title_zh.empty()) {
        return fail(
            ErrorCode::invalid, "form field '" + field.name + "' needs a title in en and zh"
        );
    }
    SLUICE_ASSIGN(field.scenes, names_in(value, "scenes"));
    SLUICE_ASSIGN(field.choices, names_in(value, "choices"));
    SLUICE_ASSIGN(field.needed_with, needed_with_of(value));
    field.is_fixed = is_true(value, "fixed");
    field.pattern = value.text_or_empty("pattern");
    if (!compiled(field.pattern)) {
        return fail(
            ErrorCode::invalid, "form field '" + field.name + "' has a pattern that is none"
        );
    }
    return field;
}

}  // namespace sluice::channel
