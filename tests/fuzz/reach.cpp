#include "fuzz/reach.hpp"

#include <utility>

namespace sluice::fuzz {
namespace {

Reach& reach() {
    static Reach so_far;
    return so_far;
}

}  // namespace

void reached(std::string_view reader) { ++reach()[std::string(reader)]; }

Reach take_reach() { return std::exchange(reach(), {}); }

}  // namespace sluice::fuzz
