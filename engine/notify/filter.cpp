#include "notify/filter.hpp"

#include <algorithm>
#include <cstddef>

namespace sluice::notify {
namespace {

constexpr std::size_t kLengthMax = 64;

bool is_word(std::string_view text) {
    return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
           std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

}  // namespace

bool is_filter(std::string_view text) {
    if (text == "*") {
        return true;
    }
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos || text.size() > kLengthMax) {
        return false;
    }
    const std::string_view act = text.substr(dot + 1);
    return is_word(text.substr(0, dot)) && (act == "*" || is_word(act));
}

}  // namespace sluice::notify
