#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sluice::kit::testing {

/// A folder of channels with one scaffolded channel, "toy". Gone with this object.
class Scaffolded {
  public:
    Scaffolded();
    ~Scaffolded();
    Scaffolded(const Scaffolded&) = delete;
    Scaffolded& operator=(const Scaffolded&) = delete;

    [[nodiscard]] std::filesystem::path channels() const { return root_ / "channels"; }
    [[nodiscard]] std::filesystem::path toy() const { return channels() / "toy"; }
    [[nodiscard]] std::string text_of(const std::string& file) const;
    void write(const std::string& file, std::string_view text) const;
    /// Replaces the first occurrence; the test fails when there is none.
    void edit(const std::string& file, std::string_view from, std::string_view to) const;

  private:
    std::filesystem::path root_;
};

}  // namespace sluice::kit::testing
