#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace sluice::http {

/// Header fields as they were written, looked up without regard to case. A value type.
class Headers {
  public:
    using Field = std::pair<std::string, std::string>;

    Headers() = default;
    Headers(std::initializer_list<Field> fields) : fields_(fields) {}

    void reserve(std::size_t count) { fields_.reserve(count); }
    /// Appends; a name may stand several times.
    void add(Field field) { fields_.push_back(std::move(field)); }
    /// Replaces every field of this name by one.
    void set(Field field);

    /// The first field of this name; nullptr when there is none.
    [[nodiscard]] const std::string* find(std::string_view name) const;
    [[nodiscard]] std::string_view get_or_empty(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }

    [[nodiscard]] auto begin() const { return fields_.begin(); }
    [[nodiscard]] auto end() const { return fields_.end(); }
    [[nodiscard]] std::size_t size() const { return fields_.size(); }

  private:
    std::vector<Field> fields_;
};

[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

/// What a server received. `target` is the raw request target, exactly as it was sent (signatures
/// cover it); `path` and `query` are its raw halves, still percent-encoded. Header order is kept
/// for repeated names only.
struct Request {
    std::string method;
    std::string target;
    std::string path;
    std::string query;
    Headers headers;
    std::string body;
    std::string remote_address;
};

/// What a server answers and a client gets. Headers that frame the message (`Content-Length`,
/// `Connection` and so on) are the server's own: what a handler sets of them is not sent, nor is a
/// header with a line end in it.
struct Response {
    /// Not an HTTP status: the server closes the connection without sending a single byte.
    static constexpr int kCutConnection = 0;

    int status = 200;
    Headers headers;
    std::string body;
};

/// "%2F" to "/"; `invalid` for a '%' without two hexadecimal digits. '+' stays '+'.
Result<std::string> percent_decode(std::string_view text);
/// Everything but unreserved characters (RFC 3986) becomes %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// Name-value pairs of a query or form text, decoded, in their order; '+' reads as a blank.
/// `invalid` for a broken escape.
Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);
/// The decoded value of the first parameter of that name; nullopt when it is absent or broken.
[[nodiscard]] std::optional<std::string> query_parameter(
    const Request& request, std::string_view name
);

/// "Not Found" and so on; "Unknown" for statuses nobody listed.
[[nodiscard]] std::string_view status_text(int status);

}  // namespace sluice::http
