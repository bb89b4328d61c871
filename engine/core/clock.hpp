#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sluice {

/// A point in time, UTC, microseconds since 1970: what PostgreSQL keeps and what journals carry.
using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// "2026-01-01T08:00:30.000000Z"; whole seconds are printed without a fraction.
[[nodiscard]] std::string format_rfc3339(Time time);
/// The same at the end of a text.
void append_rfc3339(std::string& out, Time time);
/// The same in a fixed offset, seconds only: "2026-01-01T08:00:30+08:00".
[[nodiscard]] std::string format_rfc3339_offset(Time time, std::chrono::minutes offset);
/// Any RFC 3339 time with 'Z' or an offset; `invalid` otherwise.
[[nodiscard]] Result<Time> parse_rfc3339(std::string_view text);

/// Where time comes from. The server has the real one, scenarios a virtual one. Any thread.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Time now() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] Time now() const override;
};

/// A clock that a test moves by hand. One thread at a time.
class ManualClock final : public Clock {
  public:
    explicit ManualClock(Time start) : now_(start) {}
    [[nodiscard]] Time now() const override { return now_; }
    void advance(std::chrono::microseconds by) { now_ += by; }

  private:
    Time now_;
};

}  // namespace sluice
