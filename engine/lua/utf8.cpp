#include "lua/utf8.hpp"

#include <algorithm>
#include <array>

namespace sluice::lua {

bool is_direction_mark(std::string_view character) {
    static constexpr std::array<std::string_view, 13> kMarks{
        "\xd8\x9c",
        "\xe2\x80\x8b",
        "\xe2\x80\x8e",
        "\xe2\x80\x8f",
        "\xe2\x80\xaa",
        "\xe2\x80\xab",
        "\xe2\x80\xac",
        "\xe2\x80\xad",
        "\xe2\x80\xae",
        "\xe2\x81\xa6",
        "\xe2\x81\xa7",
        "\xe2\x81\xa8",
        "\xe2\x81\xa9",
    };
    return std::ranges::find(kMarks, character) != kMarks.end();
}

}  // namespace sluice::lua
