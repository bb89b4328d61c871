#include "core/random.hpp"

namespace sluice {

std::uint64_t SystemRandom::next() { return (std::uint64_t{device_()} << 32) | device_(); }

std::string random_hex(Random& random, std::size_t bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes * 2);
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
        if (i % 8 == 0) {
            word = random.next();
        }
        const auto byte = static_cast<unsigned>(word & 0xff);
        word >>= 8;
        text.push_back(kDigits[byte >> 4]);
        text.push_back(kDigits[byte & 15]);
    }
    return text;
}

}  // namespace sluice
