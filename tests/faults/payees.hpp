#pragma once

#include <cstddef>
#include <string>

#include "core/value.hpp"

namespace sluice::testing {

/// The account number of one of a few people who are paid out to at the bank.
[[nodiscard]] inline std::string payee_number(std::size_t place) {
    return "622202123456789" + std::to_string(place % 3);
}

/// The one of that number, as requests name him.
[[nodiscard]] inline Value payee_of(const std::string& number) {
    return Value(ValueObject{
        {"name", "Zhang San"}, {"account_number", number}, {"bank_code", "102100099996"}
    });
}

}  // namespace sluice::testing
