#include "core/cut_text.hpp"

namespace sluice {

std::string_view cut_text(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) {
        return text;
    }
    const auto is_continuation = [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    };
    while (bytes_max > 0 && is_continuation(text[bytes_max])) {
        --bytes_max;
    }
    return text.substr(0, bytes_max);
}

}  // namespace sluice
