#include "core/nearest_name.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace sluice {
namespace {

// A name of any length may come in; only short ones can be a slip.
constexpr std::size_t kComparedLength = 64;

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> two_above(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) {
                row[j] = std::min(row[j], two_above[j - 2] + 1);
            }
        }
        two_above.swap(above);
        above.swap(row);
    }
    return above[b.size()];
}

}  // namespace

void NearestName::consider(std::string_view candidate) {
    const std::size_t longer = std::max(candidate.size(), given_.size());
    const std::size_t shorter = std::min(candidate.size(), given_.size());
    if (longer > kComparedLength || longer - shorter >= kFar || shorter < 2) {
        return;
    }
    const std::size_t distance = edit_distance(given_, candidate);
    const bool is_closer =
        distance < best_distance_ || (distance == best_distance_ && candidate < best_);
    // Two edits turn any short word into any other; that is no suggestion.
    if (is_closer && distance < kFar && distance * 2 < longer + 1) {
        best_ = candidate;
        best_distance_ = distance;
    }
}

std::string NearestName::hint() const {
    return best_.empty() ? std::string() : " - did you mean '" + best_ + "'?";
}

}  // namespace sluice
