#include "core/random.hpp"

#include <unistd.h>

#include "core/invariant.hpp"

namespace sluice {

std::uint64_t SystemRandom::next() {
    // 256 bytes a system call: asking the processor word by word costs microseconds in a guest.
    if (left_ == 0) {
        SLUICE_INVARIANT(getentropy(buffer_.data(), sizeof(buffer_)) == 0);
        left_ = buffer_.size();
    }
    return buffer_[--left_];
}

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
