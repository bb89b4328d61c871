#include "gateway/structured_field.hpp"

#include <algorithm>
#include <charconv>

#include "channel/crypto.hpp"

namespace sluice::gateway::structured {
namespace {

constexpr std::size_t kDigitsMax = 15;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alpha(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_key_begin(char c) { return is_lower(c) || c == '*'; }
bool is_key(char c) { return is_key_begin(c) || is_digit(c) || c == '_' || c == '-' || c == '.'; }
bool is_token_begin(char c) { return is_alpha(c) || c == '*'; }
bool is_token(char c) {
    return is_alpha(c) || is_digit(c) ||
           std::string_view("!#$%&'*+-.^_`|~:/").find(c) != std::string_view::npos;
}

/// Reads one field from its first byte to its last.
class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<Dictionary> dictionary() {
        skip(" ");
        Dictionary members;
        while (!is_at_end()) {
            SLUICE_ASSIGN(Member next, member());
            if (find(members, next.key) != nullptr) {
                return refuse("'" + next.key + "' stands twice, wanted once");
            }
            members.push_back(std::move(next));
            skip(" \t");
            if (is_at_end()) {
                break;
            }
            SLUICE_TRY(take(',', "a comma"));
            skip(" \t");
            if (is_at_end()) {
                return refuse("nothing follows the last comma");
            }
        }
        return members;
    }

  private:
    Result<Member> member() {
        Member next;
        SLUICE_ASSIGN(next.key, key());
        if (!accept('=')) {
            Item flag{true, {}};
            SLUICE_ASSIGN(flag.parameters, parameters());
            next.value = std::move(flag);
        } else if (peek() == '(') {
            SLUICE_ASSIGN(next.value, inner_list());
        } else {
            SLUICE_ASSIGN(next.value, item());
        }
        return next;
    }

    Result<InnerList> inner_list() {
        SLUICE_TRY(take('(', "'('"));
        InnerList list;
        skip(" ");
        while (!accept(')')) {
            SLUICE_ASSIGN(Item next, item());
            list.items.push_back(std::move(next));
            if (peek() != ' ' && peek() != ')') {
                return refuse("wanted a blank or ')' after an item");
            }
            skip(" ");
        }
        SLUICE_ASSIGN(list.parameters, parameters());
        return list;
    }

    Result<Item> item() {
        Item next;
        SLUICE_ASSIGN(next.value, bare_item());
        SLUICE_ASSIGN(next.parameters, parameters());
        return next;
    }

    Result<Parameters> parameters() {
        Parameters all;
        while (accept(';')) {
            skip(" ");
            SLUICE_ASSIGN(std::string name, key());
            BareItem value = true;
            if (accept('=')) {
                SLUICE_ASSIGN(value, bare_item());
            }
            if (find(all, name) != nullptr) {
                return refuse("parameter '" + name + "' stands twice, wanted once");
            }
            all.emplace_back(std::move(name), std::move(value));
        }
        return all;
    }

    Result<std::string> key() {
        if (!is_key_begin(peek())) {
            return refuse("wanted a key of a-z 0-9 '_' '-' '.' '*'");
        }
        return std::string(take_while(is_key));
    }

    Result<BareItem> bare_item() {
        const char first = peek();
        if (first == '-' || is_digit(first)) {
            return integer();
        }
        if (first == '"') {
            return quoted();
        }
        if (first == ':') {
            return bytes();
        }
        if (first == '?') {
            return boolean();
        }
        if (is_token_begin(first)) {
            return Token{std::string(take_while(is_token))};
        }
        return refuse("wanted a value");
    }

    Result<BareItem> integer() {
        const bool is_negative = accept('-');
        const std::string_view digits = take_while(is_digit);
        if (digits.empty() || digits.size() > kDigitsMax || peek() == '.') {
            return refuse("wanted a whole number of 1 to 15 digits");
        }
        std::int64_t number = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
        return is_negative ? -number : number;
    }

    Result<BareItem> quoted() {
        ++at_;
        std::string text;
        while (!accept('"')) {
            if (accept('\\') && peek() != '"' && peek() != '\\') {
                return refuse("wanted '\"' or '\\' after a backslash");
            }
            if (peek() < ' ' || peek() > '~') {
                return refuse("wanted printable ASCII up to the closing quote");
            }
            text.push_back(text_[at_++]);
        }
        return text;
    }

    Result<BareItem> bytes() {
        ++at_;
        const std::size_t end = text_.find(':', at_);
        if (end == std::string_view::npos) {
            return refuse("wanted ':' behind the base64 of a byte sequence");
        }
        auto decoded = channel::base64_decode(text_.substr(at_, end - at_));
        if (!decoded) {
            return refuse(decoded.error().message);
        }
        at_ = end + 1;
        return Bytes{*std::move(decoded)};
    }

    Result<BareItem> boolean() {
        ++at_;
        if (accept('1')) {
            return true;
        }
        if (accept('0')) {
            return false;
        }
        return refuse("wanted ?0 or ?1");
    }

    [[nodiscard]] bool is_at_end() const { return at_ == text_.size(); }
    /// NUL, which no rule wants, at the end.
    [[nodiscard]] char peek() const { return is_at_end() ? '\0' : text_[at_]; }
    bool accept(char wanted) {
        const bool is_there = !is_at_end() && text_[at_] == wanted;
        at_ += is_there ? 1 : 0;
        return is_there;
    }
    Result<void> take(char wanted, std::string_view name) {
        if (!accept(wanted)) {
            return refuse("wanted " + std::string(name));
        }
        return {};
    }
    void skip(std::string_view characters) {
        at_ = std::min(text_.find_first_not_of(characters, at_), text_.size());
    }
    template <class Rule>
    std::string_view take_while(Rule rule) {
        const std::size_t from = at_;
        while (!is_at_end() && rule(text_[at_])) {
            ++at_;
        }
        return text_.substr(from, at_ - from);
    }
    [[nodiscard]] std::unexpected<Error> refuse(const std::string& what) const {
        return fail(ErrorCode::invalid, "at byte " + std::to_string(at_ + 1) + ": " + what);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

struct Printer {
    std::string& out;

    void operator()(std::int64_t number) const { out += std::to_string(number); }
    void operator()(const Token& token) const { out += token.text; }
    void operator()(const Bytes& bytes) const {
        out += ":" + channel::base64_encode(bytes.bytes) + ":";
    }
    void operator()(bool flag) const { out += flag ? "?1" : "?0"; }
    void operator()(const std::string& text) const {
        out += '"';
        for (const char c : text) {
            out += c == '"' || c == '\\' ? "\\" : "";
            out += c;
        }
        out += '"';
    }
};

void append(std::string& out, const Parameters& parameters) {
    for (const auto& [name, value] : parameters) {
        out += ";" + name;
        if (value != BareItem(true)) {
            out += '=';
            std::visit(Printer{out}, value);
        }
    }
}

}  // namespace

Result<Dictionary> parse_dictionary(std::string_view text) { return Parser(text).dictionary(); }

const BareItem* find(const Parameters& parameters, std::string_view name) {
    const auto found = std::ranges::find(parameters, name, &Parameters::value_type::first);
    return found == parameters.end() ? nullptr : &found->second;
}

const Member* find(const Dictionary& dictionary, std::string_view key) {
    const auto found = std::ranges::find(dictionary, key, &Member::key);
    return found == dictionary.end() ? nullptr : &*found;
}

std::string to_string(const Item& item) {
    std::string out;
    std::visit(Printer{out}, item.value);
    append(out, item.parameters);
    return out;
}

std::string to_string(const InnerList& list) {
    std::string out = "(";
    for (const Item& item : list.items) {
        out += (out.size() == 1 ? "" : " ") + to_string(item);
    }
    out += ")";
    append(out, list.parameters);
    return out;
}

}  // namespace sluice::gateway::structured
