#include "core/invariant.hpp"

#include <cstdio>
#include <cstdlib>

namespace sluice {

void invariant_broken(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "invariant broken: %s at %s:%d\n", expression, file, line);
    std::fflush(stderr);
    std::abort();
}

}  // namespace sluice
