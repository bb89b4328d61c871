#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "core/result.hpp"

namespace sluice::kit {

/// A file of the scaffold, compiled in: its path below the channel's folder, and its text, in which
/// CHANNEL_NAME stands for the channel.
struct TemplateFile {
    std::string_view path;
    std::string_view text;
};
[[nodiscard]] std::span<const TemplateFile> template_files();

/// Makes the folder `channels/<name>`: an adapter that loads, its form, its table and recorded
/// messages that it reads as the table says. `invalid` for a name that no adapter may have,
/// `conflict` when the folder is there, `refused` when it cannot be written; then nothing is
/// written. Blocks on the disk.
Result<std::filesystem::path> scaffold_channel(
    const std::filesystem::path& channels, std::string_view name
);

}  // namespace sluice::kit
