#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "gateway/problem.hpp"
#include "gateway/text_rule.hpp"
#include "http/message.hpp"

namespace sluice::gateway {

/// Which part of a list by id, newest first, is wanted. Ids grow with time, so a moment is an id.
struct ListWindow {
    Id128 from;    ///< not below
    Id128 before;  ///< below
    std::int64_t limit = 50;
    /// So many ids are looked at, whosever they are; a page may be short or empty for that.
    std::int64_t looks_max = 20'000;
};

/// Reads the query of a list, and makes and checks the cursors that lead from one page to the next.
/// A cursor belongs to its list, merchant and filters; it is no secret, but what was not given out
/// here is refused. Gathers what is wrong; the caller looks at the errors before it uses anything.
/// Lives on one stack.
class Listing {
  public:
    struct Of {
        std::string_view list;  ///< "orders"
        std::string_view merchant_id;
    };
    /// The query must have passed check_query(). The request must outlive this.
    Listing(const http::Request& request, Of of);

    /// nullopt when the parameter is absent or wrong.
    std::optional<std::string> text(std::string_view name, const TextRule& rule);
    template <class SomeId>
    std::optional<SomeId> id(std::string_view name) {
        const std::string* text = find(name);
        return text == nullptr ? std::nullopt : kept(name, SomeId::parse(*text));
    }
    /// A word that `parse` understands; `wanted` lists them for people.
    template <class T>
    std::optional<T> word(
        std::string_view name, Result<T> (*parse)(std::string_view), std::string_view wanted
    ) {
        const std::string* text = find(name);
        if (text == nullptr) {
            return std::nullopt;
        }
        const auto value = parse(*text);
        if (!value) {
            refuse(name, "is '" + show_bytes(*text) + "', wanted " + std::string(wanted));
            return std::nullopt;
        }
        return *value;
    }
    /// `limit`, `cursor`, `created_from` and `created_to`. The moments of ids are milliseconds.
    ListWindow window();

    [[nodiscard]] std::vector<FieldError>& errors() { return errors_; }
    /// Leads to what comes after the id in this list.
    [[nodiscard]] std::string cursor_after(Id128 id) const;

  private:
    [[nodiscard]] const std::string* find(std::string_view name) const;
    void refuse(std::string_view name, const std::string& fault);
    template <class T>
    std::optional<T> kept(std::string_view name, const Result<T>& value) {
        if (!value) {
            refuse(name, "is wrong: " + value.error().message);
            return std::nullopt;
        }
        return *value;
    }
    std::int64_t read_limit();
    std::optional<Time> read_time(std::string_view name);
    std::optional<Id128> read_cursor();

    std::vector<std::pair<std::string, std::string>> parameters_;
    std::string identity_;  ///< of list, merchant and filters
    std::vector<FieldError> errors_;
};

}  // namespace sluice::gateway
