#include "channel/form.hpp"

#include <algorithm>
#include <utility>

#include "channel/account_egress.hpp"
#include "channel/form_field.hpp"
#include "core/utf8.hpp"
#include "core/value.hpp"
#include "json/json.hpp"

namespace sluice::channel {
namespace {

constexpr std::size_t kPartyMax = 256;
constexpr std::string_view kPayee = "payee";
constexpr std::string_view kPayer = "payer";
constexpr std::size_t kNameShown = 64;

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

/// Whether it says of an account what nobody would hold a party to.
bool is_of_accounts(const FormField& field) {
    return !field.choices.empty() || !field.needed_with.first.empty() || field.is_fixed;
}

bool is_text_field(const Form& form, const std::string& name) {
    const FormField* field = form.find(name);
    return field != nullptr && field->kind == FieldKind::text;
}

/// What fields say of one another, and names that mean something to every account.
Result<void> check_fields(const Form& form) {
    for (const FormField& field : form.fields) {
        const bool is_text = field.kind == FieldKind::text;
        if (!is_text && (!field.choices.empty() || field.is_fixed)) {
            return fail(
                ErrorCode::invalid,
                "form field '" + field.name + "' is no text, wanted one for choices and fixed"
            );
        }
        if (!field.needed_with.first.empty() && !is_text_field(form, field.needed_with.first)) {
            return fail(
                ErrorCode::invalid,
                "form field '" + field.name + "' is needed with '" + field.needed_with.first +
                    "', which is no text field"
            );
        }
        const bool is_file =
            field.kind == FieldKind::private_key || field.kind == FieldKind::public_keys;
        if (is_file && !field.pattern.empty()) {
            return fail(
                ErrorCode::invalid,
                "form field '" + field.name + "' is a key, wanted a text or secret for a pattern"
            );
        }
        const bool is_certificate = field.name == kClientCertificate;
        const bool is_right =
            is_certificate ? field.kind == FieldKind::secret
                           : field.name != kClientKey || field.kind == FieldKind::private_key;
        if (!is_right) {
            return fail(
                ErrorCode::invalid,
                "form field '" + field.name + "' is none of kind " +
                    (is_certificate ? "secret" : "private_key") +
                    ": every account shows it to servers that ask"
            );
        }
    }
    return {};
}

bool identifies(const FormField& field) { return field.identifies != Identifies::no; }

/// `party`: payee or payer.
Result<std::vector<FormField>> parse_party(const Value& value, const std::string& party) {
    const Value* list = value.find(party);
    if (list == nullptr) {
        return std::vector<FormField>{};
    }
    if (list->as_array() == nullptr) {
        return fail(ErrorCode::invalid, "the form's " + party + " is not a list of fields");
    }
    SLUICE_ASSIGN(std::vector<FormField> fields, parse_fields(*list));
    for (const FormField& field : fields) {
        if (field.kind != FieldKind::text && field.kind != FieldKind::secret) {
            return fail(
                ErrorCode::invalid,
                "the " + party + "'s field '" + field.name + "' is not text or secret"
            );
        }
        if (is_of_accounts(field)) {
            return fail(
                ErrorCode::invalid,
                "the " + party + "'s field '" + field.name +
                    "' has choices, needed_with or fixed, which only an account's can have"
            );
        }
        if (party == kPayer && field.scenes.empty()) {
            return fail(
                ErrorCode::invalid, "the payer's field '" + field.name + "' is of no scene"
            );
        }
    }
    const bool is_known = std::ranges::any_of(fields, [](const FormField& field) {
        return identifies(field) && field.is_required;
    });
    if (party == kPayee && !is_known) {
        return fail(
            ErrorCode::invalid,
            "none of the payee's fields tells who he is, wanted a required one that identifies"
        );
    }
    return fields;
}

std::string loosely(std::string_view text) {
    std::string bare;
    for (const char c : text) {
        if (c != ' ' && c != '-') {
            bare.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
        }
    }
    return bare;
}

/// Who is paid or pays, what a form wants of it and what is said.
struct Party {
    std::string name;
    std::vector<const FormField*> fields;
    const Value& said;
};

std::unexpected<Error> wrong_field(
    const Party& party, const std::string& name, const std::string& what
) {
    return fail(
        ErrorCode::invalid,
        party.name + " field '" + name + "' " + what,
        "/" + party.name + "/" + name
    );
}

std::string names_of(const std::vector<const FormField*>& fields) {
    std::string names;
    for (const FormField* field : fields) {
        names += (names.empty() ? "" : ", ") + field->name;
    }
    return names.empty() ? "none" : names;
}

Result<void> check_party(const Party& party) {
    const ValueObject* members = party.said.as_object();
    if (members == nullptr) {
        return fail(
            ErrorCode::invalid,
            "the " + party.name + " is a " + std::string(party.said.kind_name()) +
                ", wanted a record",
            "/" + party.name
        );
    }
    for (const auto& [name, value] : *members) {
        const auto field = std::ranges::find(party.fields, name, &FormField::name);
        if (field == party.fields.end()) {
            return wrong_field(
                party,
                std::string(cut_text(name, kNameShown)),
                "is not known, wanted " + names_of(party.fields)
            );
        }
        const std::string* text = value.as_text();
        if (text == nullptr || text->empty() || text->size() > kPartyMax) {
            return wrong_field(party, name, "is not a text of 1 to 256 bytes");
        }
        if (!has_shape(*text, (*field)->pattern)) {
            return wrong_field(party, name, "does not look like one");
        }
    }
    for (const FormField* field : party.fields) {
        if (field->is_required && party.said.find(field->name) == nullptr) {
            return wrong_field(party, field->name, "is missing");
        }
    }
    return {};
}

}  // namespace

const FormField* Form::find(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, &FormField::name);
    return found == fields.end() ? nullptr : &*found;
}

Result<Form> parse_form(std::string_view json_text) {
    SLUICE_ASSIGN(const Value value, json::parse(json_text));
    SLUICE_TRY(check_form_members(value, {"merchant", "hosts", "fields", "payee", "payer"}));
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
    if (form.find(kProxyPassword) != nullptr) {
        return fail(
            ErrorCode::invalid,
            "the form has a field 'proxy_password', wanted another name: every account has that one"
        );
    }
    SLUICE_TRY(check_fields(form));
    SLUICE_ASSIGN(form.payee, parse_party(value, std::string(kPayee)));
    SLUICE_ASSIGN(form.payer, parse_party(value, std::string(kPayer)));
    const bool is_misplaced =
        std::ranges::any_of(form.fields, identifies) || std::ranges::any_of(form.payer, identifies);
    if (is_misplaced) {
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
        if (!identifies(field)) {
            continue;
        }
        std::string text(payee.text_or_empty(field.name));
        if (field.identifies == Identifies::loosely) {
            text = loosely(text);
        }
        identity += field.name + '\n' + std::to_string(text.size()) + ' ' + text + '\n';
    }
    return identity;
}

Result<void> check_payee(const Form& form, const Value& payee) {
    Party party{std::string(kPayee), {}, payee};
    for (const FormField& field : form.payee) {
        party.fields.push_back(&field);
    }
    return check_party(party);
}

Result<void> check_payer(const Form& form, const PayerSaid& said) {
    const Value nothing{ValueObject{}};
    Party party{std::string(kPayer), {}, said.payer.is_null() ? nothing : said.payer};
    for (const FormField& field : form.payer) {
        if (std::ranges::find(field.scenes, said.scene) != field.scenes.end()) {
            party.fields.push_back(&field);
        }
    }
    return check_party(party);
}

}  // namespace sluice::channel
