#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.hpp"

/// Structured header fields (RFC 8941), as far as signatures and digests need them: dictionaries
/// of items and inner lists; of bare items all but decimals. Plain values; any thread.
namespace sluice::gateway::structured {

struct Token {
    std::string text;
    friend bool operator==(const Token&, const Token&) = default;
};
struct Bytes {
    std::string bytes;
    friend bool operator==(const Bytes&, const Bytes&) = default;
};
/// std::string is the kind that stands in quotes.
using BareItem = std::variant<std::int64_t, std::string, Token, Bytes, bool>;
using Parameters = std::vector<std::pair<std::string, BareItem>>;

struct Item {
    BareItem value;
    Parameters parameters;
};
struct InnerList {
    std::vector<Item> items;
    Parameters parameters;
};
struct Member {
    std::string key;
    std::variant<Item, InnerList> value;
};
/// In the order of the field. No key stands twice.
using Dictionary = std::vector<Member>;

/// Strict: `invalid` with the byte where the text leaves the grammar. A key or parameter that
/// stands twice is refused, although the grammar lets the last one win: whoever wrote two meant
/// something else.
Result<Dictionary> parse_dictionary(std::string_view text);

/// nullptr when there is none of that name.
[[nodiscard]] const BareItem* find(const Parameters& parameters, std::string_view name);
[[nodiscard]] const Member* find(const Dictionary& dictionary, std::string_view key);

/// The one spelling of the standard: `("@method" "@path");created=1;keyid="k"`.
[[nodiscard]] std::string to_string(const Item& item);
[[nodiscard]] std::string to_string(const InnerList& list);

}  // namespace sluice::gateway::structured
