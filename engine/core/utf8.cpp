#include "core/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace sluice {
namespace {

struct Lead {
    std::size_t size;
    unsigned second_min;
    unsigned second_max;
};

Lead lead_of(unsigned byte) {
    if (byte < 0x80) {
        return {1, 0, 0};
    }
    if (byte >= 0xc2 && byte <= 0xdf) {
        return {2, 0x80, 0xbf};
    }
    if (byte >= 0xe0 && byte <= 0xef) {
        return {3, byte == 0xe0 ? 0xa0U : 0x80U, byte == 0xed ? 0x9fU : 0xbfU};
    }
    if (byte >= 0xf0 && byte <= 0xf4) {
        return {4, byte == 0xf0 ? 0x90U : 0x80U, byte == 0xf4 ? 0x8fU : 0xbfU};
    }
    return {0, 0, 0};
}

/// Where the run of plain characters that begins at `at` ends; nearly every text is one.
std::size_t end_of_ascii(std::string_view text, std::size_t at) {
    constexpr std::uint64_t kHighBits = 0x8080808080808080U;
    for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & kHighBits) != 0) {
            break;
        }
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) {
        ++at;
    }
    return at;
}

}  // namespace

std::size_t utf8_size_at(std::string_view text, std::size_t at) {
    const Lead lead = lead_of(static_cast<unsigned char>(text[at]));
    if (lead.size <= 1) {
        return lead.size;
    }
    if (text.size() - at < lead.size) {
        return 0;
    }
    const unsigned second = static_cast<unsigned char>(text[at + 1]);
    if (second < lead.second_min || second > lead.second_max) {
        return 0;
    }
    for (std::size_t i = 2; i < lead.size; ++i) {
        if (!is_utf8_continuation(text[at + i])) {
            return 0;
        }
    }
    return lead.size;
}

bool is_utf8(std::string_view text) {
    for (std::size_t at = end_of_ascii(text, 0); at < text.size(); at = end_of_ascii(text, at)) {
        const std::size_t size = utf8_size_at(text, at);
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}

std::string_view cut_text(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) {
        return text;
    }
    while (bytes_max > 0 && is_utf8_continuation(text[bytes_max])) {
        --bytes_max;
    }
    return text.substr(0, bytes_max);
}

}  // namespace sluice
