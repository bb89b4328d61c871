#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.hpp"
#include "gateway/problem.hpp"
#include "gateway/text_rule.hpp"
#include "http/message.hpp"

namespace sluice::gateway {

/// The largest amount a request may name: below 2^53, so that no client's JSON rounds it.
inline constexpr std::int64_t kAmountMax = 9'000'000'000'000'000;

struct WholeRule {
    std::int64_t min = 1;
    std::int64_t max = kAmountMax;
    std::string_view unit;  ///< for the message: "minor units", "seconds"
};

/// Reads the members of one JSON object, once each, and gathers what is wrong with them. A missing
/// or wrong member gives a neutral value and one error; the caller looks at the errors before it
/// uses anything. finish() finds the members nobody asked for. Lives on one stack.
class Fields {
  public:
    /// `pointer` is where the object stands in the body ("" = the body itself). Both references
    /// must outlive this.
    Fields(const Value& object, std::string pointer, std::vector<FieldError>& errors);

    [[nodiscard]] bool has(std::string_view name);
    std::string text(std::string_view name, const TextRule& rule);
    std::string text_or(std::string_view name, const TextRule& rule, std::string_view fallback);
    std::int64_t whole(std::string_view name, const WholeRule& rule);
    /// One of the listed words.
    std::string choice(std::string_view name, std::initializer_list<std::string_view> words);
    /// An id of that kind; nil when it is missing or wrong.
    template <class SomeId>
    SomeId id(std::string_view name) {
        const std::string given = text(name, {.min = 1, .max = 64});
        if (given.empty()) {
            return {};
        }
        const auto id = SomeId::parse(given);
        if (!id) {
            refuse(name, std::string(name) + ": " + id.error().message);
            return {};
        }
        return *id;
    }
    /// A member that may be absent, and else is true or false.
    std::optional<bool> flag(std::string_view name);
    /// A member that must be a record or a list; nullptr (and an error) otherwise.
    const Value* record(std::string_view name);
    const ValueArray* list(std::string_view name);
    void refuse(std::string_view name, std::string message);
    void finish();

    [[nodiscard]] std::string pointer_to(std::string_view name) const;

  private:
    const Value* required(std::string_view name, std::string_view wanted);

    const Value& object_;
    std::string pointer_;
    std::vector<FieldError>& errors_;
    std::vector<std::string_view> known_;
};

/// The body as a JSON record. Problems: 413 too large, 415 not application/json, 400 not JSON or
/// no record, with the place where it can be told.
std::expected<Value, Problem> read_body(const http::Request& request, std::size_t bytes_max);

/// For acts that take no members: the body must be absent, or an empty JSON record.
std::optional<Problem> check_empty_body(const http::Request& request, std::size_t bytes_max);

/// A member `currency` that must be a known code; CNY stands in for a wrong one.
Currency read_currency(Fields& fields);

/// Refuses query parameters that are not in the list, stand twice or are broken.
std::optional<Problem> check_query(
    const http::Request& request, std::span<const std::string_view> known
);

}  // namespace sluice::gateway
