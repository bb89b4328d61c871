#include "db/array.hpp"

#include <gtest/gtest.h>

namespace sluice::db {
namespace {

using namespace std::string_view_literals;

// dimensions, has-null, element type, size, lower bound; then length and bytes of each element.
TEST(ArrayBuilder, WritesPostgresqlsBinaryFormat) {
    ArrayBuilder numbers(ArrayType::int16);

    numbers.append(7);
    numbers.append(-2);

    EXPECT_EQ(
        numbers.wire(), "\0\0\0\1\0\0\0\0\0\0\0\x15\0\0\0\2\0\0\0\1\0\0\0\2\0\7\0\0\0\2\xff\xfe"sv
    );
}

TEST(ArrayBuilder, MarksNullsInTheHeader) {
    ArrayBuilder texts(ArrayType::text);

    texts.append("a");
    texts.append_null();

    EXPECT_EQ(
        texts.wire(), "\0\0\0\1\0\0\0\1\0\0\0\x19\0\0\0\2\0\0\0\1\0\0\0\1a\xff\xff\xff\xff"sv
    );
}

TEST(ArrayBuilder, AnEmptyOneHasNoDimension) {
    const ArrayBuilder none(ArrayType::int64);

    EXPECT_TRUE(none.empty());
    EXPECT_EQ(none.wire(), "\0\0\0\0\0\0\0\0\0\0\0\x14"sv);
}

TEST(ArrayBuilder, ClearingLeavesNothingBehind) {
    ArrayBuilder texts(ArrayType::text);
    texts.append("a\0b"sv);
    texts.append_null();
    ASSERT_FALSE(texts.is_sendable());

    texts.clear();

    EXPECT_EQ(texts.wire(), ArrayBuilder(ArrayType::text).wire());
    EXPECT_TRUE(texts.is_sendable());
}

TEST(ArrayBuilder, ATextWithANulCannotBeSent) {
    ArrayBuilder texts(ArrayType::text);

    texts.append("fine");
    EXPECT_TRUE(texts.is_sendable());
    texts.append("not\0fine"sv);

    EXPECT_FALSE(texts.is_sendable());
}

TEST(ArrayBuilderDeathTest, NeverGuessesTheKindOfAnElement) {
    ArrayBuilder numbers(ArrayType::int16);

    EXPECT_DEATH(numbers.append("7"), "");
    EXPECT_DEATH(numbers.append(40'000), "");
}

}  // namespace
}  // namespace sluice::db
