#pragma once

#include <expected>
#include <string>
#include <utility>

#include "core/result.hpp"

namespace sluice::kit {

/// What a file of the channel's folder says that it may not.
[[nodiscard]] inline std::unexpected<Error> wrong(std::string message) {
    return fail(ErrorCode::invalid, std::move(message));
}

}  // namespace sluice::kit
