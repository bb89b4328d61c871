#include "core/id.hpp"

#include <algorithm>
#include <array>

#include "core/hash.hpp"

namespace sluice {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kTextSize = 26;
constexpr std::size_t kUuidSize = 36;

constexpr std::array<std::int8_t, 256> kDigitValues = [] {
    std::array<std::int8_t, 256> digits{};
    digits.fill(-1);
    for (std::size_t i = 0; i < kCrockford.size(); ++i) {
        digits[static_cast<unsigned char>(kCrockford[i])] = static_cast<std::int8_t>(i);
    }
    return digits;
}();

int digit_of(char c) { return kDigitValues[static_cast<unsigned char>(c)]; }

Error bad_id(std::string_view text) {
    return {
        ErrorCode::invalid,
        "'" + std::string(cut_text(text, 64)) + "' is not an id of 26 base-32 characters",
        {}
    };
}

Error bad_uuid(std::string_view text) {
    return {
        ErrorCode::invalid,
        "'" + std::string(cut_text(text, 64)) + "' is not a UUID of 36 lower-case characters",
        {}
    };
}

/// The lowest so many digits of a word; returns where the next higher ones end.
char* write_digits_before(char* end, std::uint64_t word, int count) {
    for (; count > 0; --count) {
        *--end = kCrockford[word & 31];
        word >>= 5;
    }
    return end;
}

bool is_uuid_dash(std::size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

}  // namespace

Bucket bucket_of(std::string_view scope, std::string_view key) {
    std::string text;
    text.reserve(scope.size() + key.size() + 1);
    text.append(scope).push_back('\0');
    text.append(key);
    return static_cast<Bucket>(hash128(text).low & 0xff);
}

Id128 Id128::generate(Time now, Bucket bucket, Random& random) {
    const auto millis = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count()
    );
    const std::uint64_t chance = random.next();
    return {
        (millis << 16) | (std::uint64_t{static_cast<std::uint8_t>(bucket)} << 8) | (chance & 0xff),
        random.next()
    };
}

Id128 Id128::first_at(Time moment) {
    constexpr std::int64_t kMillisMax = (std::int64_t{1} << 48) - 1;
    const auto millis =
        std::chrono::floor<std::chrono::milliseconds>(moment.time_since_epoch()).count();
    return {static_cast<std::uint64_t>(std::clamp<std::int64_t>(millis, 0, kMillisMax)) << 16, 0};
}

Id128 Id128::derive(std::uint32_t activation, std::uint32_t ordinal) const {
    std::string text = to_string();
    text += "/" + std::to_string(activation) + "/" + std::to_string(ordinal);
    const Hash128 hash = hash128(text);
    return {(high & ~std::uint64_t{0xff}) | (hash.high & 0xff), hash.low};
}

Result<Id128> Id128::parse(std::string_view text) {
    // 26 * 5 = 130 bits: the first character carries only the top three.
    if (text.size() != kTextSize || digit_of(text.front()) < 0 || digit_of(text.front()) > 7) {
        return fail(bad_id(text));
    }
    Id128 id;
    for (const char c : text) {
        const int digit = digit_of(c);
        if (digit < 0) {
            return fail(bad_id(text));
        }
        id.high = (id.high << 5) | (id.low >> 59);
        id.low = (id.low << 5) | static_cast<std::uint64_t>(digit);
    }
    return id;
}

Result<Id128> Id128::parse_uuid(std::string_view text) {
    if (text.size() != kUuidSize || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
        text[23] != '-') {
        return fail(bad_uuid(text));
    }
    std::array<std::uint64_t, 2> words{};
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_uuid_dash(i)) {
            continue;
        }
        const auto at = std::string_view("0123456789abcdef").find(text[i]);
        if (at == std::string_view::npos) {
            return fail(bad_uuid(text));
        }
        auto& word = words[digits / 16];
        word = (word << 4) | at;
        ++digits;
    }
    return Id128{words[0], words[1]};
}

std::string Id128::to_string() const {
    std::string text;
    append_to(text);
    return text;
}

void Id128::append_to(std::string& out) const {
    // The top 8 bits are two digits, and twelve digits fit into a word twice.
    std::array<char, kTextSize> text{};
    char* end = text.data() + kTextSize;
    end = write_digits_before(end, low, 12);
    end = write_digits_before(end, (high << 4) | (low >> 60), 12);
    write_digits_before(end, high >> 56, 2);
    out.append(text.data(), text.size());
}

std::string Id128::to_uuid() const {
    std::string text = to_hex(Hash128{high, low});
    for (const std::size_t at : {8U, 13U, 18U, 23U}) {
        text.insert(at, 1, '-');
    }
    return text;
}

Bucket Id128::bucket() const { return static_cast<Bucket>((high >> 8) & 0xff); }

}  // namespace sluice
