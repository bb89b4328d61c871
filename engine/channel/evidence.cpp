#include "channel/evidence.hpp"

#include <algorithm>

#include "channel/json_source.hpp"
#include "core/markup.hpp"
#include "core/utf8.hpp"
#include "core/value.hpp"

namespace sluice::channel {
namespace {

constexpr std::size_t kKeptBodyMax = 2048;
constexpr std::size_t kShown = 4;
constexpr std::string_view kHidden = "***";
constexpr std::string_view kNumber = "0123456789+-.eE";

/// The position after `count` UTF-8 characters from `from`, not past `end`.
std::size_t after_characters(std::string_view text, std::size_t from, std::size_t count) {
    std::size_t position = from;
    while (position < text.size() && count > 0) {
        ++position;
        while (position < text.size() && is_utf8_continuation(text[position])) {
            ++position;
        }
        --count;
    }
    return position;
}

/// Where the JSON text that begins at `from` ends: its closing quote, or the end of all.
std::size_t closing_quote(std::string_view text, std::size_t from) {
    for (std::size_t i = from; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            return i;
        }
    }
    return text.size();
}

/// Where the value begins that belongs to the quoted name ending at `name_end`, or npos when the
/// name is no member.
std::size_t value_begin(std::string_view text, std::size_t name_end) {
    const std::size_t colon = text.find_first_not_of(kJsonBlanks, name_end);
    if (colon == std::string_view::npos || text[colon] != ':') {
        return std::string_view::npos;
    }
    return text.find_first_not_of(kJsonBlanks, colon + 1);
}

/// Hides the text whose opening quote stands at `quote` but for its first characters, and gives the
/// position after it.
std::size_t mask_text(std::string& body, std::size_t quote, std::size_t characters) {
    const std::size_t begin = quote + 1;
    const std::size_t end = closing_quote(body, begin);
    std::size_t shown = std::min(after_characters(body, begin, characters), end);
    while (shown > begin && body[shown - 1] == '\\') {
        --shown;
    }
    body.replace(shown, end - shown, kHidden);
    return shown + kHidden.size();
}

std::size_t hide_number(std::string& body, std::size_t begin) {
    const std::size_t end = std::min(body.find_first_not_of(kNumber, begin), body.size());
    body.replace(begin, end - begin, kHidden);
    return begin + kHidden.size();
}

void mask_member(std::string& body, const std::string& name, std::size_t characters) {
    const std::string quoted = '"' + name + '"';
    std::size_t position = body.find(quoted);
    while (position != std::string::npos) {
        position += quoted.size();
        const std::size_t begin = value_begin(body, position);
        if (begin != std::string::npos && body[begin] == '"') {
            position = mask_text(body, begin, characters);
        } else if (begin != std::string::npos && characters == 0 &&
                   kNumber.find(body[begin]) != std::string_view::npos) {
            position = hide_number(body, begin);
        }
        position = body.find(quoted, position);
    }
}

/// The same in a form: "name=value&...".
void mask_form_member(std::string& body, const std::string& name, std::size_t characters) {
    const std::string wanted = name + "=";
    std::size_t position = 0;
    while (position < body.size()) {
        std::size_t end = std::min(body.find('&', position), body.size());
        if (body.compare(position, wanted.size(), wanted) == 0) {
            const std::size_t begin = position + wanted.size();
            const std::size_t shown = std::min(after_characters(body, begin, characters), end);
            body.replace(shown, end - shown, kHidden);
            end = shown + kHidden.size();
        }
        position = end + 1;
    }
}

/// The same in XML: "<name>value</name>", also where an attribute or <![CDATA[ stands before it.
void mask_xml_member(std::string& body, const std::string& name, std::size_t characters) {
    constexpr std::string_view kRaw = "<![CDATA[";
    const std::string opened = "<" + name;
    const std::string closed = "</" + name;
    std::size_t position = body.find(opened);
    while (position != std::string::npos) {
        position += opened.size();
        std::size_t begin = body.find('>', position);
        const bool is_it =
            position < body.size() && (body[position] == '>' || body[position] <= ' ');
        if (is_it && begin != std::string::npos) {
            ++begin;
            std::size_t end = std::min(body.find(closed, begin), body.size());
            if (std::string_view(body).substr(begin).starts_with(kRaw)) {
                begin += kRaw.size();
                end = std::max(end, begin);
            }
            const std::size_t shown = std::min(after_characters(body, begin, characters), end);
            body.replace(shown, end - shown, kHidden);
            position = shown + kHidden.size();
        }
        position = body.find(opened, position);
    }
}

bool is_xml(std::string_view body) {
    const std::size_t first = body.find_first_not_of(kJsonBlanks);
    return first != std::string_view::npos && body[first] == '<';
}

bool is_form(std::string_view body) {
    return !body.empty() && body.front() != '{' && body.front() != '[' && !is_xml(body) &&
           body.find('=') != std::string_view::npos;
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

std::string percent_encoded(std::string_view text, std::string_view blank) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == ' ') {
            encoded += blank;
        } else if (is_unreserved(c)) {
            encoded += c;
        } else {
            encoded += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
        }
    }
    return encoded;
}

/// As the value of a JSON text, without its quotes.
std::string json_escaped(const std::string& text) {
    const std::string quoted = to_json(Value(text));
    return quoted.substr(1, quoted.size() - 2);
}

/// As other writers of XML have a text: they leave quotes as they are.
std::string markup_with_quotes(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += c == '"' || c == '\'' ? std::string(1, c) : escape_markup({&c, 1});
    }
    return out;
}

void hide_all(std::string& text, const std::string& secret) {
    std::size_t position = secret.empty() ? std::string::npos : text.find(secret);
    while (position != std::string::npos) {
        text.replace(position, secret.size(), kHidden);
        position = text.find(secret, position + kHidden.size());
    }
}

}  // namespace

std::string without_secrets(std::string text, const std::vector<std::string>& secrets) {
    for (const std::string& secret : secrets) {
        const std::string in_json = json_escaped(secret);
        hide_all(text, secret);
        hide_all(text, in_json);
        hide_all(text, escape_markup(secret));
        hide_all(text, markup_with_quotes(secret));
        // A form may have JSON texts as its values.
        for (const std::string& value : {secret, in_json}) {
            hide_all(text, percent_encoded(value, "%20"));
            hide_all(text, percent_encoded(value, "+"));
        }
    }
    return text;
}

std::string masked_body(std::string_view body, const MaskedMembers& masked) {
    std::string text(body);
    if (!is_utf8(text) || text.find('\0') != std::string::npos) {
        std::ranges::replace_if(
            text,
            [](char c) { return c == '\0' || (static_cast<unsigned char>(c) & 0x80U) != 0; },
            '?'
        );
    }
    const auto mask = [is_of_form = is_form(text
                       )](std::string& of, const std::string& name, std::size_t characters) {
        if (is_of_form) {
            mask_form_member(of, name, characters);
        } else {
            mask_member(of, name, characters);
            // A page of an error may have JSON in it: what looks like either is masked.
            mask_xml_member(of, name, characters);
        }
    };
    for (const std::string& name : masked.whole) {
        mask(text, name, 0);
    }
    for (const std::string& name : masked.in_part) {
        mask(text, name, kShown);
    }
    return std::string(cut_text(text, kKeptBodyMax));
}

}  // namespace sluice::channel
