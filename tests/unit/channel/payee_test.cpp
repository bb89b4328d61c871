// Who gets a payout: what the channel's form wants of it, and that nobody else reads it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/adapter.hpp"
#include "channel/evidence.hpp"
#include "channel/form.hpp"
#include "json/json.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct Told {
    std::string message;
    std::string context;
};

/// What is wrong with the payee; empty when nothing is.
Told told_of_record(const Value& payee) {
    const Form form = parse_form(generous_adapter().form).value();
    const auto checked = check_payee(form, payee);
    return checked ? Told{} : Told{checked.error().message, checked.error().context};
}

Told told_of(std::string_view payee) { return told_of_record(json::parse(payee).value()); }

TEST(Payee, MayLeaveOutWhatIsNotRequired) {
    EXPECT_EQ(told_of(R"({"bank":"ICBC","account":"6222"})").message, "");
    EXPECT_EQ(told_of(R"({"bank":"ICBC","account":"6222","name":"李雷"})").message, "");
}

TEST(Payee, IsToldWhichFieldIsWrong) {
    struct Row {
        std::string_view payee;
        std::string_view message;
        std::string_view context;
    };
    constexpr std::array<Row, 8> kRows{{
        {R"({"bank":"ICBC"})", "payee field 'account' is missing", "/payee/account"},
        {R"({"account":"6222"})", "payee field 'bank' is missing", "/payee/bank"},
        {R"({"bank":"ICBC","account":"6222","iban":"1"})",
         "payee field 'iban' is not known, wanted bank, account, name",
         "/payee/iban"},
        {R"({"bank":"ICBC","account":6222})",
         "payee field 'account' is not a text of 1 to 256 bytes",
         "/payee/account"},
        {R"({"bank":"","account":"6222"})",
         "payee field 'bank' is not a text of 1 to 256 bytes",
         "/payee/bank"},
        {R"({"bank":"ICBC","account":null})",
         "payee field 'account' is not a text of 1 to 256 bytes",
         "/payee/account"},
        {R"([])", "the payee is a list, wanted a record", "/payee"},
        {R"("6222")", "the payee is a text, wanted a record", "/payee"},
    }};
    for (const Row& row : kRows) {
        const Told told = told_of(row.payee);
        EXPECT_EQ(told.message, row.message);
        EXPECT_EQ(told.context, row.context);
    }
}

TEST(Payee, IsNoLongerThanTheLimitAndNeverShown) {
    const auto with_account = [](std::string account) {
        return told_of_record(ValueObject{{"account", std::move(account)}, {"bank", "ICBC"}});
    };

    EXPECT_EQ(with_account(std::string(256, '6')).message, "");
    EXPECT_THAT(with_account(std::string(257, '6')).message, Not(HasSubstr("66")));
}

TEST(Payee, OfAFormWithoutOneHasNoField) {
    const Form form = parse_form(toy_adapter().form).value();

    EXPECT_TRUE(check_payee(form, json::parse("{}").value()));
    EXPECT_EQ(
        check_payee(form, json::parse(R"({"account":"6222"})").value()).error().message,
        "payee field 'account' is not known, wanted none"
    );
}

TEST(PayeeForm, HasFieldsOfTextAndSecretOnly) {
    struct Row {
        std::string_view from;
        std::string_view to;
        std::string_view expected;
    };
    constexpr std::array<Row, 4> kRows{{
        {R"("name": "account", "kind": "secret")",
         R"("name": "account", "kind": "private_key")",
         "the payee's field 'account' is not text or secret"},
        {R"("name": "account", "kind": "secret")",
         R"("name": "account", "kind": "number")",
         "form field 'account' has the kind 'number'"},
        {R"({"en": "No", "zh": "账号"})", R"({"en": "No"})", "needs a title in en and zh"},
        {R"("name": "account")", R"("name": "bank")", "the form has two fields 'bank'"},
    }};
    for (const Row& row : kRows) {
        std::string form = generous_adapter().form;
        form.replace(form.find(row.from), row.from.size(), row.to);

        const auto parsed = parse_form(form);

        ASSERT_FALSE(parsed) << row.expected;
        EXPECT_THAT(parsed.error().message, HasSubstr(std::string(row.expected)));
    }
}

TEST(Payee, IsTheSameHoweverHisNumberIsSpacedAndOnlyThen) {
    const Form form = parse_form(generous_adapter().form).value();
    const auto identity = [&](std::string_view account, std::string_view name) {
        return payee_identity(
            form,
            ValueObject{
                {"bank", "ICBC"}, {"account", std::string(account)}, {"name", std::string(name)}
            }
        );
    };

    EXPECT_EQ(identity("6222 0200-ab", "李雷"), identity("62220200AB", "Li Lei"));
    EXPECT_NE(identity("62220200", "李雷"), identity("62220201", "李雷"));
    EXPECT_NE(identity("62220200", "李雷"), identity("6222020", "李雷"));
}

TEST(Payee, IsAnotherWithOneLetterInAnotherCaseWhereTheFormComparesExactly) {
    std::string text = generous_adapter().form;
    const std::string_view loosely = R"("identifies": "loosely")";
    text.replace(text.find(loosely), loosely.size(), R"("identifies": "exactly")");
    const Form form = parse_form(text).value();
    const auto identity = [&](std::string_view openid) {
        return payee_identity(form, ValueObject{{"account", std::string(openid)}});
    };

    EXPECT_EQ(identity("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"), identity("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"));
    EXPECT_NE(identity("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"), identity("oupF8uMuAJO_M2pxb1Q9zNjWeS6o"));
    EXPECT_NE(identity("oUpF8-uMu"), identity("oUpF8uMu"));
}

TEST(PayeeForm, SaysWhatTellsThePayeeFromEveryOther) {
    const auto refused = [](std::string_view from, std::string_view to) {
        std::string form = generous_adapter().form;
        form.replace(form.find(from), from.size(), to);
        const auto parsed = parse_form(form);
        return parsed ? std::string() : parsed.error().message;
    };
    const std::string nobody = "none of the payee's fields tells who he is";

    const std::string loosely = R"("identifies": "loosely")";
    EXPECT_THAT(refused(", " + loosely, ""), HasSubstr(nobody));
    EXPECT_THAT(refused(R"("required": true, )" + loosely, loosely), HasSubstr(nobody))
        << "who leaves it out would have no limit";
    for (const char* how : {"true", R"("")", R"("nearly")"}) {
        EXPECT_THAT(
            refused(loosely, R"("identifies": )" + std::string(how)),
            HasSubstr("form field 'account' identifies in a way that is neither")
        );
    }
    const auto of_account =
        parse_form(R"({"merchant":"m","fields":[{"name":"m","kind":"text","identifies":"exactly",)"
                   R"("title":{"en":"M","zh":"M"}}]})");
    ASSERT_FALSE(of_account);
    EXPECT_THAT(of_account.error().message, HasSubstr("only fields of the payee can identify"));
}

TEST(PayeeForm, IsAList) {
    const auto parsed =
        parse_form(R"({"merchant":"m","payee":{},)"
                   R"("fields":[{"name":"m","kind":"text","title":{"en":"M","zh":"M"}}]})");

    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().message, HasSubstr("is not a list of fields"));
}

TEST(PayeeForm, IsOfAChannelThatPaysOut) {
    AdapterFiles files = toy_adapter();
    files.form = generous_adapter().form;

    EXPECT_THAT(make_adapter(files).error().message, HasSubstr("its 'capabilities' no payout"));
}

TEST(PayeeForm, AddsItsSecretsToWhatIsMasked) {
    const auto adapter = make_adapter(generous_adapter()).value();

    EXPECT_THAT(adapter->masked.in_part, ElementsAre("openid"));
    EXPECT_THAT(adapter->masked.whole, ElementsAre("account", "name"));
}

TEST(Evidence, HidesASecretHoweverItIsWritten) {
    const std::vector<std::string> secrets = {"a \"b\"/李"};

    EXPECT_EQ(
        without_secrets(
            "a \"b\"/李|a \\\"b\\\"/李|a%20%22b%22%2F%E6%9D%8E|a+%22b%22%2F%E6%9D%8E", secrets
        ),
        "***|***|***|***"
    );
    EXPECT_EQ(
        without_secrets("b=a%20%5C%22b%5C%22%2F%E6%9D%8E&c=a+%5C%22b%5C%22%2F%E6%9D%8E", secrets),
        "b=***&c=***"
    ) << "JSON in a form";
    EXPECT_EQ(without_secrets("a \"b\"/王", secrets), "a \"b\"/王");
    EXPECT_EQ(
        without_secrets("<a>x&lt;\"y\"</a><b>x&lt;&quot;y&quot;</b>", {"x<\"y\""}),
        "<a>***</a><b>***</b>"
    );
    EXPECT_EQ(without_secrets("66", {"6", ""}), "******");
}

}  // namespace
}  // namespace sluice::channel::testing
