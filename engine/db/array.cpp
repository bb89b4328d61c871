#include "db/array.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <limits>

#include "core/invariant.hpp"

namespace sluice::db {
namespace {

// Header of a one-dimensional array: dimensions, has-null flag, element type, size, lower bound.
constexpr std::size_t kHeaderSize = 20;
// An array without elements has no dimension at all.
constexpr std::size_t kEmptyHeaderSize = 12;

constexpr std::chrono::sys_days kPostgresEpoch{std::chrono::year{2000} / 1 / 1};

std::uint32_t element_oid(ArrayType type) {
    switch (type) {
        case ArrayType::int16:
            return 21;
        case ArrayType::int32:
            return 23;
        case ArrayType::int64:
            return 20;
        case ArrayType::text:
            return 25;
        case ArrayType::boolean:
            return 16;
        case ArrayType::uuid:
            return 2950;
        case ArrayType::timestamptz:
            return 1184;
        case ArrayType::bytes:
            return 17;
    }
    return 0;
}

/// The bytes of a number as the wire wants them: the highest first.
template <std::unsigned_integral Number>
std::array<char, sizeof(Number)> big_endian(Number value) {
    if constexpr (std::endian::native == std::endian::little) {
        value = std::byteswap(value);
    }
    return std::bit_cast<std::array<char, sizeof(Number)>>(value);
}

std::array<char, 4> size_bytes(std::size_t size) {
    return big_endian(static_cast<std::uint32_t>(size));
}

void put32(std::string& out, std::size_t at, std::size_t value) {
    std::ranges::copy(size_bytes(value), out.data() + at);
}

template <std::size_t Width>
std::string_view view(const std::array<char, Width>& bytes) {
    return {bytes.data(), Width};
}

template <class Small>
bool fits(std::int64_t value) {
    return value >= std::numeric_limits<Small>::min() && value <= std::numeric_limits<Small>::max();
}

}  // namespace

ArrayBuilder::ArrayBuilder(ArrayType type) : type_(type) { clear(); }

void ArrayBuilder::clear() {
    wire_.assign(kHeaderSize, '\0');
    put32(wire_, 8, element_oid(type_));
    put32(wire_, 16, 1);
    size_ = 0;
    sendable_ = true;
}

void ArrayBuilder::append_element(std::string_view bytes) {
    wire_.append(view(size_bytes(bytes.size())));
    wire_.append(bytes);
    count_element();
}

void ArrayBuilder::count_element() {
    ++size_;
    put32(wire_, 0, 1);
    put32(wire_, 12, size_);
}

void ArrayBuilder::append(std::int64_t value) {
    if (type_ == ArrayType::int16) {
        SLUICE_INVARIANT(fits<std::int16_t>(value));
        append_element(view(big_endian(static_cast<std::uint16_t>(value))));
    } else if (type_ == ArrayType::int32) {
        SLUICE_INVARIANT(fits<std::int32_t>(value));
        append_element(view(big_endian(static_cast<std::uint32_t>(value))));
    } else {
        SLUICE_INVARIANT(type_ == ArrayType::int64);
        append_element(view(big_endian(static_cast<std::uint64_t>(value))));
    }
}

void ArrayBuilder::append(std::string_view value) {
    SLUICE_INVARIANT(type_ == ArrayType::text || type_ == ArrayType::bytes);
    if (type_ == ArrayType::text && value.find('\0') != std::string_view::npos) {
        sendable_ = false;
    }
    append_element(value);
}

void ArrayBuilder::append(bool value) {
    SLUICE_INVARIANT(type_ == ArrayType::boolean);
    append_element(value ? std::string_view("\1", 1) : std::string_view("\0", 1));
}

void ArrayBuilder::append(const Id128& value) {
    SLUICE_INVARIANT(type_ == ArrayType::uuid);
    const std::array halves{big_endian(value.high), big_endian(value.low)};
    append_element(view(std::bit_cast<std::array<char, sizeof(halves)>>(halves)));
}

void ArrayBuilder::append(Time value) {
    SLUICE_INVARIANT(type_ == ArrayType::timestamptz);
    const std::int64_t micros = (value - kPostgresEpoch).count();
    append_element(view(big_endian(static_cast<std::uint64_t>(micros))));
}

void ArrayBuilder::append_null() {
    wire_.append(view(size_bytes(0xffffffff)));
    put32(wire_, 4, 1);
    count_element();
}

std::string_view ArrayBuilder::wire() const {
    return size_ == 0 ? std::string_view(wire_).substr(0, kEmptyHeaderSize) : wire_;
}

}  // namespace sluice::db
