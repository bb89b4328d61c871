#include "core/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

#include "core/clock.hpp"
#include "core/currency.hpp"
#include "core/id.hpp"
#include "core/money.hpp"

namespace sluice {
namespace {

/// Thirty characters of three bytes: no limit that is no multiple of three falls between two.
std::string thirty_characters() {
    std::string text;
    for (int i = 0; i < 30; ++i) {
        text += "付";
    }
    return text;
}

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if ((lead & 0xc0U) == 0x80U || i + size > text.size()) {
            return false;
        }
        for (std::size_t k = 1; k < size; ++k) {
            if ((static_cast<unsigned char>(text[i + k]) & 0xc0U) != 0x80U) {
                return false;
            }
        }
        i += size;
    }
    return true;
}

TEST(CutText, KeepsWhatIsShortEnough) {
    EXPECT_EQ(cut_text("", 0), "");
    EXPECT_EQ(cut_text("abc", 3), "abc");
    EXPECT_EQ(cut_text("收款", 6), "收款");
}

TEST(CutText, CutsBetweenCharactersAndNeverInsideOne) {
    EXPECT_EQ(cut_text("abcd", 3), "abc");
    EXPECT_EQ(cut_text("收款", 5), "收");
    EXPECT_EQ(cut_text("收款", 3), "收");
    EXPECT_EQ(cut_text("收款", 2), "");
    EXPECT_EQ(cut_text("é😀x", 5), "é");
    EXPECT_EQ(cut_text("é😀x", 6), "é😀");
}

TEST(CutText, KeepsTheMessagesOfThisModuleWhole) {
    const std::string text = thirty_characters();
    const std::string messages[] = {
        Currency::parse(text).error().message,
        Id128::parse(text).error().message,
        InstructionId::parse(text).error().message,
        parse_rfc3339(text).error().message,
        Money::parse(text, *Currency::parse("CNY")).error().message,
    };
    for (const std::string& message : messages) {
        EXPECT_TRUE(is_utf8(message)) << message;
        EXPECT_NE(message.find("付付"), std::string::npos) << message;
        EXPECT_EQ(message.find(text), std::string::npos) << "not cut: " << message;
    }
}

}  // namespace
}  // namespace sluice
