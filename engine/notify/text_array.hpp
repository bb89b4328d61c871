#pragma once

#include <string>
#include <vector>

#include "db/array.hpp"

namespace sluice::notify {

/// The filters of an endpoint or of a caller as one text[] of a statement.
[[nodiscard]] inline db::ArrayBuilder text_array(const std::vector<std::string>& items) {
    db::ArrayBuilder array(db::ArrayType::text);
    for (const std::string& item : items) {
        array.append(item);
    }
    return array;
}

}  // namespace sluice::notify
