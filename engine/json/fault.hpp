#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::json {

/// Why a text is no JSON and where, for the person who wrote it. A plain value.
struct Fault {
    std::size_t line = 1;
    std::size_t column = 1;  ///< in bytes
    std::string pointer;     ///< JSON pointer to the value it happened in
    std::string what;        ///< names what stands there and what was wanted
};

/// The first fault of a text that the parser refused. A second, slow reading, made only then. Pure.
[[nodiscard]] Fault find_fault(std::string_view text);

}  // namespace sluice::json
