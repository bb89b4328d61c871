#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include <toml++/toml.h>

#include "config/settings.hpp"
#include "core/result.hpp"

namespace sluice::config {

/// One table of the file, read key by key. What nobody asked for is unknown and an error. The first
/// problem is kept, later calls do nothing; finish() tells it.
class Section {
  public:
    Section(const toml::table& table, std::string name, std::filesystem::path folder);

    void read(std::string_view key, std::string& target);
    void read(std::string_view key, bool& target);
    void read(std::string_view key, std::filesystem::path& target);
    void read(std::string_view key, Secret<std::string>& target);
    void read_whole(
        std::string_view key, std::int64_t& target, std::int64_t low, std::int64_t high
    );
    void read(std::string_view key, TextMap& target);
    /// A table of texts that are secrets: plain, or { file = "..." }.
    void read_secrets(
        std::string_view key, std::map<std::string, Secret<std::string>, std::less<>>& target
    );
    /// A number of the given unit that must be above zero.
    template <class Number>
    void read_positive(std::string_view key, Number& target) {
        auto value = static_cast<std::int64_t>(target);
        read_whole(key, value, 1, 1'000'000'000);
        target = static_cast<Number>(value);
    }
    void require(std::string_view key, bool present);
    /// The sub-table, or an empty one.
    [[nodiscard]] Section below(std::string_view key);
    void take(Section& inner);

    /// Marks a key as known that somebody else reads.
    void know(std::string_view key) { known_.emplace(key); }
    Result<void> finish();

  private:
    const toml::node* get(std::string_view key);
    void complain(std::string_view key, const std::string& what);
    Result<std::string> secret_of(const toml::node& node, std::string_view key);

    const toml::table& table_;
    std::string name_;
    std::filesystem::path folder_;
    std::set<std::string, std::less<>> known_;
    std::string problem_;
};

}  // namespace sluice::config
