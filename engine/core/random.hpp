#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace sluice {

/// Where chance comes from. `next()` gives 64 uniform bits.
class Random {
  public:
    virtual ~Random() = default;
    virtual std::uint64_t next() = 0;
};

/// The operating system's entropy, buffered. One thread at a time.
class SystemRandom final : public Random {
  public:
    std::uint64_t next() override;

  private:
    std::array<std::uint64_t, 32> buffer_{};
    std::size_t left_ = 0;
};

/// Repeats exactly for a seed: tests and scenarios. One thread at a time.
class SeededRandom final : public Random {
  public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t next() override { return engine_(); }

  private:
    std::mt19937_64 engine_;
};

/// `bytes * 2` lower-case hexadecimal characters of chance, for nonces and keys.
[[nodiscard]] std::string random_hex(Random& random, std::size_t bytes);

}  // namespace sluice
