#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.hpp"
#include "core/utf8.hpp"

namespace sluice::payment {

/// The texts of an enumeration in the order of its values, as SQL and JSON know them.
template <class Enum, std::size_t Count>
struct Names {
    std::string_view concept_name;
    std::array<std::string_view, Count> texts;

    [[nodiscard]] constexpr std::string_view of(Enum value) const {
        return texts[static_cast<std::size_t>(value)];
    }

    [[nodiscard]] Result<Enum> parse(std::string_view text) const {
        for (std::size_t i = 0; i < Count; ++i) {
            if (texts[i] == text) {
                return static_cast<Enum>(i);
            }
        }
        return fail(
            ErrorCode::invalid,
            "'" + std::string(cut_text(text, 64)) + "' is no " + std::string(concept_name)
        );
    }
};

}  // namespace sluice::payment
