#include "channel/adapter.hpp"

#include <gtest/gtest.h>

#include "channel/evidence.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

TEST(Adapter, DeclaresWhatItCanDo) {
    const auto adapter = make_adapter(toy_adapter());

    ASSERT_TRUE(adapter) << adapter.error().message;
    EXPECT_EQ((*adapter)->title_zh, "玩具");
    EXPECT_EQ((*adapter)->capabilities.scenes, std::vector<std::string>{"qr"});
    EXPECT_EQ((*adapter)->capabilities.amount_min_minor, 1);
    EXPECT_EQ((*adapter)->form.merchant_field, "merchant");
}

TEST(Adapter, IsAskedBeforeItIsRepeatedUnlessItSaysOtherwise) {
    const auto adapter = make_adapter(toy_adapter()).value();

    EXPECT_EQ(adapter->resend_of(Operation::collect), Resend::idempotent);
    EXPECT_EQ(adapter->resend_of(Operation::query), Resend::query_first);
    EXPECT_EQ(adapter->resend_of(Operation::close), Resend::never);
}

TEST(Adapter, SaysWhatItsAuthorForgot) {
    struct Row {
        std::string_view from;
        std::string_view to;
        std::string_view expected;
    };
    constexpr std::array<Row, 10> rows{{
        {"name = \"toy\"", "name = \"tory\"", "the name 'tory'"},
        {"zh = \"玩具\"", "", "'title'"},
        {"scenes = { \"qr\" }", "scenes = {}", "'capabilities'"},
        {"scenes = { \"qr\" }", "scenes = { 1 }", "'scenes'"},
        {"amount_max_minor = 1000000", "amount_max_minor = 0", "'capabilities'"},
        {"resend = \"never\"", "resend = \"always\"", "resend 'always'"},
        {"request = ask, response = read }",
         "response = read }",
         "operations.collect.request is not a function"},
        {"answer_headers =",
         "callback_type = \"JSON\", answer_headers =",
         "'callback_type' is 'JSON'"},
        {"callback = function", "callbck = function", "'callback'"},
        {"local function ask(", "local function ask((", "line 2"},
    }};
    for (const Row& row : rows) {
        const auto adapter = make_adapter(toy_adapter(toy_script(row.from, row.to)));
        ASSERT_FALSE(adapter) << row.expected;
        EXPECT_NE(adapter.error().message.find(row.expected), std::string::npos)
            << adapter.error().message << " / wanted: " << row.expected;
    }
}

TEST(Adapter, ErrorsNameFileAndLine) {
    const auto adapter = make_adapter(toy_adapter("\n\nreturn nme\n"));

    ASSERT_FALSE(adapter);
    EXPECT_EQ(adapter.error().code, ErrorCode::script);
    EXPECT_EQ(adapter.error().context, "channels/toy/adapter.lua:3");
}

TEST(Adapter, RemembersNothing) {
    const auto adapter =
        make_adapter(toy_adapter("\nlocal n = 0\nlocal function count() n = n + 1 end\nreturn {}\n")
        );

    ASSERT_FALSE(adapter);
    EXPECT_EQ(adapter.error().context, "channels/toy/adapter.lua:3");
    EXPECT_NE(adapter.error().message.find("a function assigns 'n'"), std::string::npos)
        << adapter.error().message;
}

TEST(Evidence, ShowsFourCharactersOfWhatIsMasked) {
    const MaskedMembers masked{.in_part = {"openid", "name"}, .whole = {}};

    EXPECT_EQ(
        masked_body(R"({"payer":{"openid":"oUpF8uMuAJO"},"total":7000})", masked),
        R"({"payer":{"openid":"oUpF***"},"total":7000})"
    );
    EXPECT_EQ(masked_body(R"({"openid" : "a\"bcdef"})", masked), R"({"openid" : "a\"b***"})");
    EXPECT_EQ(masked_body(R"({"openid":"abc\"def"})", masked), R"({"openid":"abc***"})");
    EXPECT_EQ(masked_body(R"({"name":"欧阳张三丰氏"})", masked), R"({"name":"欧阳张三***"})");
    EXPECT_EQ(masked_body(R"({"openid":"oUpF8uMuAJO)", masked), R"({"openid":"oUpF***)");
    EXPECT_EQ(
        masked_body(R"({"openid":"abcdefg","x":1,"openid":"hijklmn"})", masked),
        R"({"openid":"abcd***","x":1,"openid":"hijk***"})"
    );
    EXPECT_EQ(masked_body(R"(["openid", 7])", masked), R"(["openid", 7])");
}

TEST(Evidence, ShowsNothingOfWhatIsMaskedWhole) {
    const MaskedMembers masked{.in_part = {"name"}, .whole = {"account", "name"}};

    EXPECT_EQ(
        masked_body(R"({"account":"6222","name":"李雷","account" : 62220210,"total":7})", masked),
        R"({"account":"***","name":"******","account" : ***,"total":7})"
    );
    EXPECT_EQ(masked_body(R"({"account":6222)", masked), R"({"account":***)");
    EXPECT_EQ(masked_body(R"({"account":null})", masked), R"({"account":null})");
    EXPECT_EQ(masked_body(R"({"account":"a\)", masked), R"({"account":"***)");
    EXPECT_EQ(masked_body(R"({"account":)", masked), R"({"account":)");
}

TEST(Evidence, IsCutToTwoKibibytesBetweenCharacters) {
    std::string text = "x";
    for (int i = 0; i < 1000; ++i) {
        text += "元";
    }

    const std::string shown = masked_body(text, {});

    EXPECT_EQ(shown.size(), 2047U);
    EXPECT_TRUE(shown.ends_with("元"));
}

TEST(Evidence, HoldsNoBytesThatPostgresRefuses) {
    EXPECT_EQ(masked_body(std::string_view("a\0b", 3), {}), "a?b");
    EXPECT_EQ(masked_body("a\xff\xfe", {}), "a??");
}

}  // namespace
}  // namespace sluice::channel::testing
