#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/value.hpp"

namespace sluice {

/// Writes one JSON record, member by member, at the end of a text: for records that are only made
/// to be printed, and often. Looks as to_json() would print the same Value. The text outlives it;
/// one thread. Names are literals of the code: it does not notice one that stands twice, or that
/// would have to be escaped.
class JsonRecord {
  public:
    explicit JsonRecord(std::string& out) : out_(out) { out_.push_back('{'); }
    JsonRecord(const JsonRecord&) = delete;
    JsonRecord& operator=(const JsonRecord&) = delete;

    void add(std::string_view name, std::string_view text);
    void add(std::string_view name, std::int64_t number);
    void add(std::string_view name, Time time);
    void add_value(std::string_view name, const Value& value);
    template <class Tag>
    void add(std::string_view name, Id<Tag> id) {
        begin(name);
        out_.push_back('"');
        id.append_to(out_);
        out_.push_back('"');
    }
    void add_null(std::string_view name);
    /// Nothing is said by null: for a text that is empty, a time that was never set.
    void add_or_null(std::string_view name, std::string_view text);
    void add_or_null(std::string_view name, Time time);

    /// Only the name: what the caller appends to the text next is the member's value.
    void begin(std::string_view name);
    void end() { out_.push_back('}'); }

  private:
    std::string& out_;
    bool is_first_ = true;
};

}  // namespace sluice
