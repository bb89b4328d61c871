// Who pays a leg: what a form wants of it in which scene, and what an account lacks to offer one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/adapter.hpp"
#include "channel/credentials.hpp"
#include "channel/form.hpp"
#include "json/json.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kPayerForm = R"({"merchant":"m","fields":[
    {"name":"m","kind":"text","title":{"en":"M","zh":"M"}},
    {"name":"base_url","kind":"text","title":{"en":"U","zh":"U"}},
    {"name":"old_key","kind":"secret","scenes":["barcode"],"title":{"en":"K","zh":"K"}}],
  "payer":[
    {"name":"openid","kind":"secret","required":true,"scenes":["jsapi"],
     "title":{"en":"O","zh":"O"}},
    {"name":"device","kind":"text","scenes":["h5","jsapi"],"title":{"en":"D","zh":"D"}}]})";

/// What is wrong with the payer in this scene, and where; empty when nothing is.
std::string told_of(std::string_view scene, const Value& payer) {
    const Form form = parse_form(kPayerForm).value();
    const auto checked = check_payer(form, {scene, payer});
    return checked ? "" : checked.error().context + ": " + checked.error().message;
}

TEST(Payer, SaysWhatItsSceneWantsAndNothingElse) {
    const auto json = [](std::string_view text) { return json::parse(text).value(); };

    EXPECT_EQ(told_of("qr", Value()), "");
    EXPECT_EQ(told_of("h5", Value()), "");
    EXPECT_EQ(told_of("h5", json(R"({"device":"iOS"})")), "");
    EXPECT_EQ(told_of("jsapi", json(R"({"openid":"o1","device":"iOS"})")), "");
    EXPECT_EQ(told_of("jsapi", Value()), "/payer/openid: payer field 'openid' is missing");
    EXPECT_EQ(
        told_of("h5", json(R"({"openid":"o1"})")),
        "/payer/openid: payer field 'openid' is not known, wanted device"
    );
    EXPECT_EQ(
        told_of("qr", json(R"({"device":"iOS"})")),
        "/payer/device: payer field 'device' is not known, wanted none"
    );
    EXPECT_EQ(
        told_of("jsapi", json(R"({"openid":7})")),
        "/payer/openid: payer field 'openid' is not a text of 1 to 256 bytes"
    );
    EXPECT_EQ(told_of("h5", json("[]")), "/payer: the payer is a list, wanted a record");
}

TEST(PayerForm, IsRefusedWhenItIsWrong) {
    struct Row {
        std::string_view from;
        std::string_view to;
        std::string_view expected;
    };
    constexpr std::array<Row, 4> kRows{{
        {R"("required":true,"scenes":["jsapi"],)", "", "the payer's field 'openid' is of no scene"},
        {R"("scenes":["jsapi"])", R"("scenes":[])", "'openid' has scenes that are no list"},
        {R"("scenes":["jsapi"])", R"("scenes":[1])", "'openid' has scenes that are no list"},
        {R"("kind":"text","scenes")",
         R"("kind":"private_key","scenes")",
         "the payer's field 'device' is not text or secret"},
    }};
    for (const Row& row : kRows) {
        std::string form(kPayerForm);
        form.replace(form.find(row.from), row.from.size(), row.to);

        const auto parsed = parse_form(form);

        ASSERT_FALSE(parsed) << row.expected;
        EXPECT_THAT(parsed.error().message, HasSubstr(std::string(row.expected)));
    }
}

TEST(PayerForm, NamesScenesOfItsAdapterOnly) {
    AdapterFiles files = toy_adapter();
    const std::string end = "]";
    files.form.replace(
        files.form.rfind(']'),
        end.size(),
        R"(], "payer":[{"name":"openid","kind":"secret","scenes":["jsapi"],)"
        R"("title":{"en":"O","zh":"O"}}])"
    );

    const auto adapter = make_adapter(files);

    ASSERT_FALSE(adapter);
    EXPECT_THAT(
        adapter.error().message,
        HasSubstr("its form's field 'openid' is for 'jsapi', which is no scene")
    );
}

TEST(ChannelAccount, OffersNoSceneThatItLacksTheKeyOf) {
    const Form form = parse_form(kPayerForm).value();
    ChannelAccountSettings settings;
    settings.name = "one";
    settings.channel = "toy";
    settings.settings = {{"base_url", "http://127.0.0.1:1"}, {"m", "1"}};
    ChannelAccountSettings equipped = settings;
    equipped.secrets.emplace("old_key", Secret<std::string>("k"));

    const auto without = ChannelAccount::make(settings, form).value();
    const auto with = ChannelAccount::make(equipped, form).value();

    EXPECT_FALSE(without.is_equipped_for("barcode"));
    EXPECT_TRUE(without.is_equipped_for("qr"));
    EXPECT_TRUE(with.is_equipped_for("barcode"));
}

}  // namespace
}  // namespace sluice::channel::testing
