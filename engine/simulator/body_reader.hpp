#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/value.hpp"
#include "simulator/api_error.hpp"

namespace sluice::simulator {

enum class Need { required, optional };

/// What a text member of a request has to be; `pointer` is a JSON pointer without escapes.
struct TextRule {
    std::string_view pointer;
    Need need = Need::required;
    std::size_t bytes_max = 0;
};

/// Where to tell how money out ends, of any protocol in which that may be left to asking.
inline constexpr TextRule kOptionalNotifyUrl{
    .pointer = "/notify_url", .need = Need::optional, .bytes_max = 256
};

/// Reads the members of a request's body one after another and keeps the first refusal, so that a
/// caller checks once, at the end. The body must outlive it. One thread.
class BodyReader {
  public:
    explicit BodyReader(const Value& body) : body_(body) {}

    /// "" for an optional text that is absent.
    std::string text(const TextRule& rule);
    /// "" or a whole address, as is_notify_url() says.
    std::string notify_url(const TextRule& rule);
    /// Refuses any other than CNY; an optional one may be absent.
    void currency(const TextRule& rule);
    /// A whole number of minor units, at least 1.
    std::int64_t amount(std::string_view pointer);
    /// The member at `pointer` is refused for `issue` unless the rule holds.
    void require(bool holds, std::string_view pointer, std::string issue);

    [[nodiscard]] const std::optional<ApiError>& error() const { return error_; }

  private:
    void fail_at(std::string_view pointer, std::string issue);

    const Value& body_;
    std::optional<ApiError> error_;
};

/// The same record with its members sorted by name at every level.
[[nodiscard]] Value sorted_by_name(const Value& value);

/// A whole http or https address without query and fragment.
[[nodiscard]] bool is_notify_url(std::string_view url);

}  // namespace sluice::simulator
