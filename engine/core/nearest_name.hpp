#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice {

/// Looks for the name that a mistyped one was meant to be: within two edits, of which a swap of
/// neighbours is one. Ties go to the first in byte order, so the order of the candidates does not
/// matter. A value of one thread; it keeps no candidate but the best.
class NearestName {
  public:
    explicit NearestName(std::string_view given) : given_(given) {}

    void consider(std::string_view candidate);
    /// "" when nothing is near.
    [[nodiscard]] const std::string& best() const { return best_; }
    /// " - did you mean 'x'?" or "".
    [[nodiscard]] std::string hint() const;

  private:
    static constexpr std::size_t kFar = 3;

    std::string_view given_;
    std::string best_;
    std::size_t best_distance_ = kFar;
};

/// The hint for any range of texts.
template <class Names>
[[nodiscard]] std::string did_you_mean(std::string_view given, const Names& names) {
    NearestName nearest(given);
    for (const auto& name : names) {
        nearest.consider(name);
    }
    return nearest.hint();
}

}  // namespace sluice
