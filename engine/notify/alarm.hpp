#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "notify/endpoint.hpp"

namespace sluice::notify {

/// How an attempt ended, as far as the alarm is concerned.
enum class AttemptEnd { taken, failed, given_up };

/// When a person must be told that a business system does not take its events: at the fourth failed
/// attempt in a row, and when a delivery is given up; each once in a spell. A spell ends with the
/// first success. One thread.
class Alarms {
  public:
    static constexpr std::int64_t kFailuresInARow = 4;

    /// Why to raise the alarm now; nullopt for no alarm.
    std::optional<std::string_view> note(EndpointId endpoint, AttemptEnd end);
    /// Endpoints that are in a spell about which somebody was told.
    [[nodiscard]] std::size_t failing() const;
    void forget(EndpointId endpoint) { spells_.erase(endpoint); }

  private:
    struct Spell {
        std::int64_t failures = 0;
        bool told_failing = false;
        bool told_given_up = false;
    };

    std::unordered_map<EndpointId, Spell> spells_;
};

}  // namespace sluice::notify
