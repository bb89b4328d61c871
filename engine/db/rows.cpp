#include "db/rows.hpp"

#include <charconv>
#include <chrono>

#include <libpq-fe.h>

#include "core/invariant.hpp"

namespace sluice::db {
namespace {

constexpr int kHexadecimal = 16;

std::int64_t parse_number(std::string_view text) {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [at, problem] = std::from_chars(text.data(), end, value);
    SLUICE_INVARIANT(problem == std::errc() && at == end);
    return value;
}

// "2026-11-21 04:47:37.123456+00": sessions are opened with UTC and ISO dates.
Time parse_timestamptz(std::string_view text) {
    SLUICE_INVARIANT(text.size() >= 22 && text.ends_with("+00"));
    const auto part = [&](std::size_t at, std::size_t size) {
        return parse_number(text.substr(at, size));
    };
    const std::chrono::year_month_day date{
        std::chrono::year{static_cast<int>(part(0, 4))},
        std::chrono::month{static_cast<unsigned>(part(5, 2))},
        std::chrono::day{static_cast<unsigned>(part(8, 2))}
    };
    const std::string_view fraction = text.substr(19, text.size() - 22);
    std::int64_t micros = 0;
    if (!fraction.empty()) {
        micros = parse_number(fraction.substr(1));
        for (std::size_t digits = fraction.size() - 1; digits < 6; ++digits) {
            micros *= 10;
        }
    }
    return std::chrono::sys_days{date} + std::chrono::hours{part(11, 2)} +
           std::chrono::minutes{part(14, 2)} + std::chrono::seconds{part(17, 2)} +
           std::chrono::microseconds{micros};
}

}  // namespace

bool Row::is_null(int column) const {
    SLUICE_INVARIANT(column >= 0 && column < PQnfields(result_));
    return PQgetisnull(result_, row_, column) != 0;
}

std::string_view Row::text(int column) const {
    SLUICE_INVARIANT(!is_null(column));
    return text_or_empty(column);
}

std::string_view Row::text_or_empty(int column) const {
    SLUICE_INVARIANT(column >= 0 && column < PQnfields(result_));
    return {
        PQgetvalue(result_, row_, column),
        static_cast<std::size_t>(PQgetlength(result_, row_, column))
    };
}

std::int64_t Row::int64(int column) const { return parse_number(text(column)); }

bool Row::boolean(int column) const {
    const std::string_view value = text(column);
    SLUICE_INVARIANT(value == "t" || value == "f");
    return value == "t";
}

Id128 Row::uuid(int column) const {
    const Result<Id128> id = Id128::parse_uuid(text(column));
    SLUICE_INVARIANT(id.has_value());
    return *id;
}

std::string Row::bytes(int column) const {
    std::string_view digits = text(column);
    SLUICE_INVARIANT(digits.starts_with("\\x") && digits.size() % 2 == 0);
    digits.remove_prefix(2);
    std::string bytes;
    bytes.reserve(digits.size() / 2);
    for (; !digits.empty(); digits.remove_prefix(2)) {
        unsigned char byte = 0;
        const auto [at, problem] =
            std::from_chars(digits.data(), digits.data() + 2, byte, kHexadecimal);
        SLUICE_INVARIANT(problem == std::errc() && at == digits.data() + 2);
        bytes.push_back(static_cast<char>(byte));
    }
    return bytes;
}

Time Row::time(int column) const { return parse_timestamptz(text(column)); }

Rows::Rows(pg_result* owned) : result_(owned) {
    if (owned != nullptr) {
        size_ = static_cast<std::size_t>(PQntuples(owned));
    }
}

void Rows::Clear::operator()(pg_result* result) const { PQclear(result); }

std::int64_t Rows::affected() const {
    if (!result_) {
        return 0;
    }
    const std::string_view count = PQcmdTuples(result_.get());
    return count.empty() ? 0 : parse_number(count);
}

Row Rows::operator[](std::size_t row) const {
    SLUICE_INVARIANT(row < size_);
    return {result_.get(), static_cast<int>(row)};
}

}  // namespace sluice::db
