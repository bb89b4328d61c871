#include "db/array.hpp"

#include <array>
#include <chrono>
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

void write_big_endian(char* at, std::uint64_t value, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) {
        at[i] = static_cast<char>(value & 0xff);
        value >>= 8;
    }
}

void put32(std::string& out, std::size_t at, std::size_t value) {
    write_big_endian(out.data() + at, value, 4);
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
    const std::size_t at = wire_.size();
    wire_.resize(at + 4);
    put32(wire_, at, bytes.size());
    wire_.append(bytes);
    count_element();
}

void ArrayBuilder::count_element() {
    ++size_;
    put32(wire_, 0, 1);
    put32(wire_, 12, size_);
}

void ArrayBuilder::append_number(std::uint64_t value, std::size_t width) {
    std::array<char, 8> bytes{};
    write_big_endian(bytes.data(), value, width);
    append_element({bytes.data(), width});
}

void ArrayBuilder::append(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    if (type_ == ArrayType::int16) {
        SLUICE_INVARIANT(fits<std::int16_t>(value));
        append_number(bits, 2);
    } else if (type_ == ArrayType::int32) {
        SLUICE_INVARIANT(fits<std::int32_t>(value));
        append_number(bits, 4);
    } else {
        SLUICE_INVARIANT(type_ == ArrayType::int64);
        append_number(bits, 8);
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
    append_number(value ? 1 : 0, 1);
}

void ArrayBuilder::append(const Id128& value) {
    SLUICE_INVARIANT(type_ == ArrayType::uuid);
    std::array<char, 16> bytes{};
    write_big_endian(bytes.data(), value.high, 8);
    write_big_endian(bytes.data() + 8, value.low, 8);
    append_element({bytes.data(), bytes.size()});
}

void ArrayBuilder::append(Time value) {
    SLUICE_INVARIANT(type_ == ArrayType::timestamptz);
    const std::int64_t micros = (value - kPostgresEpoch).count();
    append_number(static_cast<std::uint64_t>(micros), 8);
}

void ArrayBuilder::append_null() {
    const std::size_t at = wire_.size();
    wire_.resize(at + 4);
    put32(wire_, at, 0xffffffff);
    put32(wire_, 4, 1);
    count_element();
}

std::string_view ArrayBuilder::wire() const {
    return size_ == 0 ? std::string_view(wire_).substr(0, kEmptyHeaderSize) : wire_;
}

}  // namespace sluice::db
