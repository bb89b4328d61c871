// Journal bodies as the database keeps them.
#include "worker/journal_body.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::worker {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kBody =
    R"({"facts":[{"type":"timer"}],"recorded":[],"effects":[{"type":"exchange","exchange":2,)"
    R"("operation":"query","instruction":"ins_01M7Z00000000000000000000A"}]})";

TEST(JournalBody, IsReadBackByteForByte) {
    JournalCompressor compressor;

    for (const std::string_view body :
         {kBody, std::string_view("{}"), std::string_view("\"支付 \\u0000\"")}) {
        EXPECT_EQ(JournalDecompressor().decompress(compressor.compress(body)), body);
    }
}

TEST(JournalBody, TakesAFractionOfItsJson) {
    EXPECT_LT(JournalCompressor().compress(kBody).size(), kBody.size() / 2);
}

TEST(JournalBody, MayBeStoredUncompressed) {
    EXPECT_EQ(JournalDecompressor().decompress(std::string("\0{}", 3)), "{}");
}

// The frame that dictionary 1 wrote when it was introduced: it must be readable for ever.
TEST(JournalBody, OfTheFirstDictionaryStaysReadable) {
    constexpr std::string_view kStored(
        "\x01\x28\xb5\x2f\xfd\x20\x9a\x9d\x00\x00\x30\x5a\x41\x22\x7d\x5d"
        "\x7d\x03\xfc\xb8\xc0\x21\xd8\xae\x26\xd7\x27\x68\x03",
        29
    );

    EXPECT_EQ(JournalDecompressor().decompress(kStored), kBody);
}

TEST(JournalBody, IsRefusedWhenItIsDamaged) {
    std::string cut = JournalCompressor().compress(kBody);
    cut.pop_back();
    std::string other = JournalCompressor().compress(kBody);
    other.front() = 9;

    for (const std::string& stored : {std::string(), std::string("\1junk"), cut, other}) {
        const auto read = JournalDecompressor().decompress(stored);
        ASSERT_FALSE(read.has_value());
        EXPECT_EQ(read.error().code, ErrorCode::corrupt);
        EXPECT_THAT(read.error().message, HasSubstr("journal body cannot be read"));
    }
}

}  // namespace
}  // namespace sluice::worker
