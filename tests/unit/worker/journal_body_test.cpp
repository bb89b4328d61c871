// Journal bodies as the database keeps them.
#include "worker/journal_body.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/hash.hpp"
#include "worker/journal_dictionary.hpp"

namespace sluice::worker {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kBody =
    R"({"facts":[{"type":"timer"}],"recorded":[],"effects":[{"type":"exchange","exchange":2,)"
    R"("operation":"query","instruction":"ins_01M7Z00000000000000000000A"}]})";

// What each dictionary made of it when it was introduced: it must be readable for ever.
constexpr std::string_view kOfTheFirst(
    "\x01\x28\xb5\x2f\xfd\x20\x9a\x9d\x00\x00\x30\x5a\x41\x22\x7d\x5d"
    "\x7d\x03\xfc\xb8\xc0\x21\xd8\xae\x26\xd7\x27\x68\x03",
    29
);
constexpr std::string_view kOfTheSecond(
    "\x02\x28\xb5\x2f\xfd\x20\x9a\xbd\x00\x00\x50\x31\x4d\x37\x5a\x30"
    "\x41\x22\x7d\x5d\x7d\x03\xfc\x78\x1e\x45\xa4\xfa\x74\x4b\xfa\x1c"
    "\x01",
    33
);

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

TEST(JournalBody, NamesTheNewestDictionary) {
    EXPECT_EQ(JournalCompressor().compress(kBody).front(), 2);
}

// A journal that nobody can read is lost: what was released must stay as it was, byte for byte.
TEST(JournalDictionary, NeverChanges) {
    EXPECT_EQ(to_hex(hash128(journal_dictionary_1())), "c683c8cac4a3be9fa0a68f87939535c2");
    EXPECT_EQ(to_hex(hash128(journal_dictionary_2())), "6ad9e3c0602d3bd5cf469b1e61bdb238");
}

TEST(JournalBody, OfTheFirstDictionaryStaysReadable) {
    EXPECT_EQ(JournalDecompressor().decompress(kOfTheFirst), kBody);
}

TEST(JournalBody, OfTheSecondDictionaryStaysReadable) {
    EXPECT_EQ(JournalDecompressor().decompress(kOfTheSecond), kBody);
}

TEST(JournalBody, OfOneReaderMayNameAnyDictionary) {
    JournalDecompressor decompressor;

    EXPECT_EQ(decompressor.decompress(JournalCompressor().compress(kBody)), kBody);
    EXPECT_EQ(decompressor.decompress(kOfTheFirst), kBody);
    EXPECT_EQ(decompressor.decompress(JournalCompressor().compress(kBody)), kBody);
}

TEST(JournalBody, OfAnUnknownDictionaryIsRefused) {
    std::string stored = JournalCompressor().compress(kBody);
    for (const char number : {'\3', '\x7f', '\xff'}) {
        stored.front() = number;
        const auto read = JournalDecompressor().decompress(stored);
        ASSERT_FALSE(read.has_value());
        EXPECT_EQ(read.error().code, ErrorCode::corrupt);
        EXPECT_THAT(read.error().message, HasSubstr("is not known, wanted at most 2"));
    }
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
