#include "lua/diagnosis.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "lua/utf8.hpp"

namespace sluice::lua {
namespace {

constexpr std::size_t kMessageMax = 2048;
constexpr std::size_t kExcerptWidth = 160;

struct Rewording {
    std::string_view stock;
    std::string_view ours;
};

// "attempt to index a nil value (field 'x')" -> "cannot read a field of a nil value (field 'x')"
constexpr std::array kRewordings{
    Rewording{"attempt to call a ", "cannot call a "},
    Rewording{"attempt to index a ", "cannot read or write a field of a "},
    Rewording{"attempt to perform arithmetic on a ", "cannot calculate with a "},
    Rewording{"attempt to concatenate a ", "cannot join (..) a "},
    Rewording{"attempt to get length of a ", "cannot take the length (#) of a "},
    Rewording{"attempt to compare two ", "cannot compare (< <= > >=) two "},
    Rewording{"attempt to compare ", "cannot compare (< <= > >=) "},
    Rewording{"attempt to divide by zero", "division by zero (//)"},
    Rewording{"attempt to perform 'n//0'", "division by zero (//)"},
    Rewording{"attempt to perform 'n%%0'", "division by zero (%)"},
    Rewording{"attempt to yield across a C-call boundary", "a step that waits cannot run here"},
    Rewording{"C stack overflow", "calls are nested too deeply"},
    Rewording{"stack overflow", "calls are nested too deeply"},
};

std::string_view without_position(std::string_view message, int line) {
    const std::string mark = ":" + std::to_string(line) + ": ";
    const std::size_t at = line > 0 ? message.find(mark) : std::string_view::npos;
    return at == std::string_view::npos || at > 60 ? message : message.substr(at + mark.size());
}

}  // namespace

std::string in_plain_words(std::string_view message, int line) {
    const std::string_view bare = without_position(message, line);
    for (const Rewording& rewording : kRewordings) {
        if (bare.starts_with(rewording.stock)) {
            return printable(
                std::string(rewording.ours) + std::string(bare.substr(rewording.stock.size()))
            );
        }
    }
    return printable(bare);
}

std::string excerpt_of(std::string_view source, int line) {
    std::string out;
    int number = 1;
    for (std::size_t at = 0; at <= source.size() && number <= line + 1; ++number) {
        const std::size_t end = std::min(source.find('\n', at), source.size());
        if (number >= line - 1 && line > 0) {
            std::string label = std::to_string(number);
            label.insert(0, label.size() < 4 ? 4 - label.size() : 0, ' ');
            const std::string_view text = source.substr(at, std::min(end - at, kExcerptWidth));
            out += (number == line ? "> " : "  ") + label + " | " + printable(text) + "\n";
        }
        at = end + 1;
    }
    return number <= line ? "" : out;
}

std::string printable(std::string_view text) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    std::size_t at = 0;
    while (at < text.size() && out.size() < kMessageMax) {
        const std::size_t size = utf8_size_at(text, at);
        const auto byte = static_cast<unsigned char>(text[at]);
        if (size == 0 || byte < 0x20 || byte == 0x7f || is_direction_mark(text.substr(at, size))) {
            const bool is_tab = byte == '\t';
            out += is_tab ? "\t" : "\\x";
            out += is_tab ? std::string() : std::string{kDigits[byte >> 4], kDigits[byte & 15]};
            ++at;
            continue;
        }
        out.append(text.substr(at, size));
        at += size;
    }
    return at < text.size() ? out + "..." : out;
}

}  // namespace sluice::lua
