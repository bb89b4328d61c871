#pragma once

#include <functional>
#include <random>
#include <string>

namespace sluice::fuzz {

/// Changes one value somewhere in a JSON record, so that it stays one: what is changed by its bytes
/// alone seldom comes past the parser to what reads it. `change` changes a text, knowing another of
/// the same record. Nothing is changed when the text is no record or would be none any more.
void change_inside(
    std::string& record,
    std::mt19937_64& chance,
    const std::function<void(std::string& text, const std::string& other)>& change
);

}  // namespace sluice::fuzz
