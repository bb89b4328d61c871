#include "core/value.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Value, TellsItsKindInTheAuthorsWords) {
    EXPECT_EQ(Value().kind_name(), "null");
    EXPECT_EQ(Value(nullptr).kind_name(), "null");
    EXPECT_EQ(Value(true).kind_name(), "boolean");
    EXPECT_EQ(Value(1).kind_name(), "whole number");
    EXPECT_EQ(Value(1.5).kind_name(), "fraction");
    EXPECT_EQ(Value("x").kind_name(), "text");
    EXPECT_EQ(Value(Money{1, cny()}).kind_name(), "money");
    EXPECT_EQ(Value(ValueArray{}).kind_name(), "list");
    EXPECT_EQ(Value(ValueObject{}).kind_name(), "record");
}

TEST(Value, GivesItselfOnlyAsTheKindItIs) {
    const Value whole(7);

    ASSERT_NE(whole.as_int(), nullptr);
    EXPECT_EQ(*whole.as_int(), 7);
    EXPECT_EQ(whole.as_double(), nullptr);
    EXPECT_EQ(whole.as_bool(), nullptr);
    EXPECT_EQ(whole.as_text(), nullptr);
    EXPECT_EQ(whole.as_money(), nullptr);
    EXPECT_EQ(whole.as_array(), nullptr);
    EXPECT_EQ(whole.as_object(), nullptr);
    EXPECT_FALSE(whole.is_null());
}

TEST(Value, KeepsTextWithNulWhole) {
    const Value text(std::string_view("a\0b", 3));

    EXPECT_EQ(text.as_text()->size(), 3U);
}

TEST(Value, DoesNotTakeAPointerForABoolean) {
    EXPECT_NE(Value("text").as_text(), nullptr);
    EXPECT_EQ(Value("text").as_bool(), nullptr);
}

TEST(ValueRecord, KeepsMembersInTheOrderTheyWereSet) {
    Value record;
    record.set("b", 1);
    record.set("a", 2);
    record.set("b", 3);

    ASSERT_EQ(record.as_object()->size(), 2U);
    EXPECT_EQ(record.as_object()->front().first, "b");
    EXPECT_EQ(record.int_or("b", 0), 3);
    EXPECT_EQ(record.int_or("a", 0), 2);
}

TEST(ValueRecord, FindsNothingInWhatIsNoRecord) {
    EXPECT_EQ(Value().find("a"), nullptr);
    EXPECT_EQ(Value(1).find("a"), nullptr);
    EXPECT_EQ(Value(ValueArray{Value(1)}).find("0"), nullptr);
    EXPECT_EQ(Value(ValueObject{}).find("a"), nullptr);
}

TEST(ValueRecord, FallsBackWhenAMemberIsAbsentOrOfAnotherKind) {
    Value record;
    record.set("text", "t");
    record.set("n", 4);
    record.set("fraction", 4.0);

    EXPECT_EQ(record.text_or_empty("text"), "t");
    EXPECT_EQ(record.text_or_empty("n"), "");
    EXPECT_EQ(record.text_or_empty("missing"), "");
    EXPECT_EQ(record.int_or("n", 9), 4);
    EXPECT_EQ(record.int_or("text", 9), 9);
    EXPECT_EQ(record.int_or("fraction", 9), 9);
    EXPECT_EQ(record.int_or("missing", 9), 9);
}

TEST(ValueRecordDeathTest, RefusesAMemberOnWhatIsNoRecord) {
    Value number(1);

    EXPECT_DEATH(number.set("a", 1), "invariant broken");
}

TEST(Value, ComparesDeeplyAndByKind) {
    const Value list(ValueArray{Value(1), Value("x")});

    EXPECT_EQ(list, Value(ValueArray{Value(1), Value("x")}));
    EXPECT_FALSE(list == Value(ValueArray{Value(1), Value("y")}));
    EXPECT_FALSE(Value(1) == Value(1.0));
    EXPECT_FALSE(Value() == Value(false));
    EXPECT_FALSE(Value(Money{1, cny()}) == Value(1));
}

}  // namespace
}  // namespace sluice
