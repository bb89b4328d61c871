#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "core/result.hpp"

namespace sluice::config {

struct Range {
    std::int64_t low = 1;
    std::int64_t high = 1;
};

/// One table of a TOML file, read key by key. All sections of a file share its first problem: once
/// there is one, reads do nothing, and verdict() tells it. Every problem names file, line, key,
/// value and what was wanted; a secret's value prints as stars. One thread; moved, never copied.
class Section {
  public:
    /// The file's outermost table. `invalid` with file and line when it is no TOML. Blocks on the
    /// disk.
    static Result<Section> read_file(const std::filesystem::path& path);
    Section(Section&& other) noexcept;
    Section& operator=(Section&& other) noexcept;
    ~Section();

    // An absent key leaves the target as it was.
    void read(std::string_view key, std::string& target);
    /// Relative to the file's folder.
    void read(std::string_view key, std::filesystem::path& target);
    /// A text, or { file = "path" }: then that file's text without the line ends at its end.
    void read(std::string_view key, Secret<std::string>& target);
    void read(std::string_view key, TextMap& target);
    void read(std::string_view key, SecretMap& target);
    void read(std::string_view key, std::vector<std::string>& target);
    void read_word(
        std::string_view key, std::string& target, std::span<const std::string_view> words
    );
    template <std::integral Number>
    void read_whole(std::string_view key, Number& target, const Range& range) {
        auto whole = static_cast<std::int64_t>(target);
        read_number(key, whole, range);
        target = static_cast<Number>(whole);
    }
    void read_milliseconds(
        std::string_view key, std::chrono::milliseconds& target, const Range& range
    );

    /// Whether the file has this table; an absent one reads like an empty one.
    [[nodiscard]] bool is_present() const;
    /// The table at the key, or an empty one.
    [[nodiscard]] Section below(std::string_view key);
    /// The tables of a list, written [[key]]; none when it is absent.
    [[nodiscard]] std::vector<Section> list(std::string_view key);

    /// The key's value breaks a rule that only the caller knows.
    void refuse(std::string_view key, std::string_view wanted);
    struct Item {
        std::string_view key;
        std::size_t index = 0;
    };
    /// The same for one member of a list.
    void refuse_item(const Item& item, std::string_view wanted);
    /// The same, without showing the value.
    void refuse_secret(std::string_view key, std::string_view wanted);
    void require(std::string_view key, std::string_view wanted);
    /// Refuses the first key that nobody asked for, then the first required one that is absent.
    void finish();
    /// The first problem of the file, as `invalid`.
    [[nodiscard]] Result<void> verdict() const;
    /// "sluice.toml:12": where this table begins.
    [[nodiscard]] std::string origin() const;

  private:
    struct File;
    struct Part;
    class Reader;

    explicit Section(std::unique_ptr<Part> part);
    void read_number(std::string_view key, std::int64_t& target, const Range& range);

    std::unique_ptr<Part> part_;
};

}  // namespace sluice::config
