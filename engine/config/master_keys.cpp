#include "config/master_keys.hpp"

#include <string>
#include <sys/stat.h>
#include <utility>

#include "config/secret_file.hpp"

namespace sluice::config {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kOthers = S_IRWXG | S_IRWXO;

std::string octal(unsigned mode) {
    std::string text;
    for (int shift = 6; shift >= 0; shift -= 3) {
        text += static_cast<char>('0' + ((mode >> static_cast<unsigned>(shift)) & 7U));
    }
    return text;
}

/// Whoever else may read the file has every secret of the database.
Result<Secret<std::string>> read_key(std::string_view setting, const fs::path& file) {
    auto key = read_secret_file(file);
    if (!key) {
        return fail(
            ErrorCode::invalid, "secrets." + std::string(setting) + " names " + key.error().message
        );
    }
    struct stat about{};
    const bool is_known = ::stat(file.c_str(), &about) == 0;
    const unsigned mode = static_cast<unsigned>(about.st_mode) & 0777U;
    if (!is_known || (mode & kOthers) != 0) {
        return fail(
            ErrorCode::invalid,
            "secrets." + std::string(setting) + " names the file " + file.string() +
                ", whose mode is " + octal(mode) + ", wanted 600: nobody else may read it"
        );
    }
    return std::move(*key);
}

}  // namespace

void read_secrets(Section section, const fs::path& folder, SecretsSettings& secrets) {
    section.read("master_key_file", secrets.master_key_file);
    std::vector<std::string> old;
    section.read("old_master_key_files", old);
    for (const std::string& file : old) {
        secrets.old_master_key_files.push_back(folder / file);
    }
    section.finish();
}

Result<void> read_master_keys(SecretsSettings& secrets) {
    const bool is_given = !secrets.master_key.reveal().empty();
    if (!is_given && !secrets.master_key_file.empty()) {
        SLUICE_ASSIGN(secrets.master_key, read_key("master_key_file", secrets.master_key_file));
    }
    for (const fs::path& file : secrets.old_master_key_files) {
        SLUICE_ASSIGN(auto key, read_key("old_master_key_files", file));
        secrets.old_master_keys.push_back(std::move(key));
    }
    return {};
}

}  // namespace sluice::config
