#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "config/settings.hpp"

namespace sluice::config {

/// A folder of its own with a configuration in it.
class SettingsFile : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = "/tmp/sluice-config-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name) << text;
    }
    [[nodiscard]] std::filesystem::path file() const { return folder_ / "sluice.toml"; }
    Result<Settings> load_text(const std::string& text, const TextMap& environment = {}) const {
        write("sluice.toml", text);
        return load(file(), environment);
    }
    /// Without the folder, which is another one each time.
    [[nodiscard]] std::string refusal(const std::string& text) const {
        const Result<Settings> settings = load_text(text);
        if (settings) {
            return "accepted";
        }
        const std::string& message = settings.error().message;
        const std::string folder = folder_.string() + "/";
        return message.starts_with(folder) ? message.substr(folder.size()) : message;
    }

    std::filesystem::path folder_;
};

}  // namespace sluice::config
