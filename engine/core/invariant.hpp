#pragma once

namespace sluice {

/// Prints where our own reasoning was wrong and aborts; the database rolls back, replay follows.
[[noreturn]] void invariant_broken(const char* expression, const char* file, int line);

}  // namespace sluice

/// Held in every build. Never for input: only for what our own code promised.
#define SLUICE_INVARIANT(condition)                                     \
    do {                                                                \
        if (!(condition)) {                                             \
            ::sluice::invariant_broken(#condition, __FILE__, __LINE__); \
        }                                                               \
    } while (false)
