#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "log/field.hpp"
#include "log/line.hpp"

/// The log: one line on stderr is one event with a stable name and its fields. Neither a metric nor
/// a proof: what must be counted or proved has its own place. Any thread.
///
///     log::Scope scope({{"order", order_id}});
///     log::warn("channel_unknown", {{"instruction", instruction_id}, {"waited_ms", 8000}});
namespace sluice::log {

struct Settings {
    Level level = Level::info;
    Format format = Format::text;
};

/// For the process, at start-up; lines written before it use the defaults.
void configure(const Settings& settings);

/// For callers whose fields cost something to find.
[[nodiscard]] bool is_enabled(Level level);

/// Nothing but one comparison happens when the level is off. Never fails, never throws.
void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

/// Fields that every line of this thread inherits until the scope ends. Scopes nest and end in
/// reverse order; texts in it must outlive it. At most kFieldsMax fields, later ones are dropped.
class Scope {
  public:
    static constexpr std::size_t kFieldsMax = 4;

    Scope(Fields fields);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

  private:
    friend class ScopeChain;

    std::array<Field, kFieldsMax> fields_;
    std::size_t size_ = 0;
    const Scope* outer_ = nullptr;
};

}  // namespace sluice::log
