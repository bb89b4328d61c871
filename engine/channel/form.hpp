#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace sluice::channel {

/// What a field of a credential form holds. `text` is public; the others are secrets, of which
/// `public_keys` are any number of public keys found by their serial.
enum class FieldKind { text, secret, private_key, public_keys };

/// One line of the form that an operator fills in for a channel account.
struct FormField {
    std::string name;
    FieldKind kind = FieldKind::text;
    bool is_required = false;
    std::string title_en;
    std::string title_zh;
};

/// The credential form of a channel: `channels/<name>/form.json`. A plain value.
struct Form {
    std::vector<FormField> fields;
    std::string merchant_field;      ///< the text field that holds the merchant id at the channel
    std::vector<std::string> hosts;  ///< the channel's own hosts, always allowed

    [[nodiscard]] const FormField* find(std::string_view name) const;
};

/// Unknown members, kinds and a merchant field that is no text field are `invalid`.
Result<Form> parse_form(std::string_view json_text);

}  // namespace sluice::channel
