#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/value.hpp"
#include "kit/rehearsal.hpp"

namespace sluice::kit {

/// What is right and wrong with a folder `channels/<name>`.
struct ChannelReport {
    std::string channel;
    std::vector<Played> fixtures;
    std::vector<std::string> problems;  ///< of all but single fixtures, a sentence each

    [[nodiscard]] bool is_sound() const;
    /// A line each fixture and problem, and a summary.
    [[nodiscard]] std::string describe() const;
    /// {channel, sound, fixtures: [{name, operation, outcome, differences}], problems}.
    [[nodiscard]] Value to_value() const;
};

/// Loads the adapter and its form, plays every recorded message and holds the README's table
/// against them; each operation and the callback need at least one. Sends nothing. Blocks on the
/// disk.
[[nodiscard]] ChannelReport check_channel(const std::filesystem::path& folder);

}  // namespace sluice::kit
