#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::fuzz {

/// How often each reader was reached.
using Reach = std::map<std::string, long, std::less<>>;

/// Says that this input came past signature and seal to the reader of that name, which read it as
/// what it is. What never gets there proves nothing, however often it runs.
void reached(std::string_view reader);
/// What was reached since the last call.
[[nodiscard]] Reach take_reach();

/// Each target says here which readers it is there for. fuzz_main.cpp wants each of them reached by
/// a file as it was recorded, and by one that was changed.
[[nodiscard]] std::vector<std::string> readers();

}  // namespace sluice::fuzz
