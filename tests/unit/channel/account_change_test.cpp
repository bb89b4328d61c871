// What people may make of an account, beyond what every stored one has to be.
#include "channel/account_change.hpp"

#include <array>
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::channel {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::string_view kForm = R"({"merchant":"m","fields":[
    {"name":"m","kind":"text","required":true,"title":{"en":"M","zh":"M"}},
    {"name":"base_url","kind":"text","title":{"en":"U","zh":"U"}},
    {"name":"api","kind":"text","choices":["old","new"],"fixed":true,"title":{"en":"A","zh":"A"}},
    {"name":"code","kind":"text","pattern":"[a-z]{3}","title":{"en":"Code","zh":"C"}},
    {"name":"pin","kind":"secret","pattern":".{4}","title":{"en":"Pin of 4 bytes","zh":"P"}},
    {"name":"old_key","kind":"secret","needed_with":{"api":"old"},"title":{"en":"Key","zh":"K"}},
    {"name":"old_name","kind":"text","needed_with":{"api":"old"},"title":{"en":"N","zh":"N"}}]})";

ChannelAccountSettings account_with(TextMap more, AccountState state = AccountState::live) {
    ChannelAccountSettings account;
    account.name = "one";
    account.channel = "toy";
    account.settings = {{"m", "1"}, {"base_url", "http://127.0.0.1:1"}};
    account.hosts_allowed = {"127.0.0.1"};
    account.state = state;
    for (auto& [name, text] : more) {
        account.settings.insert_or_assign(name, text);
    }
    return account;
}

ChannelAccountSettings old_account(AccountState state = AccountState::live) {
    ChannelAccountSettings account = account_with({{"api", "old"}, {"old_name", "x"}}, state);
    account.secrets.emplace("old_key", Secret<std::string>("k"));
    return account;
}

/// "field: what is wrong", "" when nothing is.
std::string told_of(
    const ChannelAccountSettings& wanted, const ChannelAccountSettings* before = nullptr
) {
    const Form form = parse_form(kForm).value();
    const auto account = ChannelAccount::make(wanted, form);
    EXPECT_TRUE(account) << account.error().message;
    const auto checked = check_change({*account, before, form});
    return checked ? "" : checked.error().context + ": " + checked.error().message;
}

TEST(AccountChange, SaysOneOfTheChoices) {
    EXPECT_EQ(told_of(account_with({})), "");
    EXPECT_EQ(told_of(account_with({{"api", "new"}})), "");
    EXPECT_EQ(told_of(account_with({{"api", "v9"}})), "api: api is 'v9', wanted old or new");
}

TEST(AccountChange, MatchesThePatternsOfItsFields) {
    const auto with_pin = [](const std::string& pin) {
        ChannelAccountSettings account = account_with({});
        account.secrets.emplace("pin", Secret<std::string>(pin));
        return account;
    };

    EXPECT_EQ(told_of(account_with({{"code", "abc"}})), "");
    EXPECT_EQ(told_of(account_with({{"code", "abcd"}})), "code: code is 'abcd', wanted: Code");
    EXPECT_EQ(told_of(with_pin("1234")), "");
    EXPECT_EQ(told_of(with_pin("12345")), "pin: pin does not look like one, wanted: Pin of 4 bytes")
        << "a secret is not shown";
    EXPECT_NE(told_of(with_pin(std::string(1'000'000, 'x'))), "");
}

TEST(AccountChange, HasWhatAnotherFieldNeeds) {
    ChannelAccountSettings account = account_with({{"api", "old"}});

    EXPECT_EQ(told_of(account), "old_key: old_key is missing, wanted with api 'old': Key");
    account.secrets.emplace("old_key", Secret<std::string>("k"));
    EXPECT_EQ(told_of(account), "old_name: old_name is missing, wanted with api 'old': N");
    EXPECT_EQ(told_of(old_account()), "");
}

TEST(AccountChange, KeepsWhatOrdersMayHaveBegunWith) {
    const ChannelAccountSettings fresh = account_with({{"api", "new"}});
    const ChannelAccountSettings before = old_account();
    const ChannelAccountSettings none = account_with({});
    const ChannelAccountSettings draft = old_account(AccountState::draft);
    const ChannelAccountSettings paused = old_account(AccountState::paused);

    EXPECT_EQ(
        told_of(fresh, &before),
        "api: api is 'new', wanted 'old' as before: what began so must end so; another one is "
        "another account"
    );
    EXPECT_THAT(told_of(none, &before), HasSubstr("api is '', wanted 'old' as before"));
    EXPECT_THAT(told_of(fresh, &paused), HasSubstr("api is 'new', wanted 'old' as before"));
    EXPECT_EQ(told_of(before, &before), "");
    EXPECT_EQ(told_of(fresh, &none), "") << "nothing began with it";
    EXPECT_EQ(told_of(fresh, &draft), "") << "nor with a draft";
}

TEST(AccountChange, KeepsItsMerchant) {
    const ChannelAccountSettings before = account_with({});
    const ChannelAccountSettings draft = account_with({}, AccountState::draft);
    const ChannelAccountSettings other = account_with({{"m", "2"}});

    EXPECT_EQ(
        told_of(other, &before),
        "m: m is '2', wanted '1' as before: another merchant is another account"
    );
    EXPECT_EQ(told_of(other, &draft), "");
}

/// A channel that collects, whose "no such order" is true after a minute.
Capabilities patient_channel() {
    Capabilities can;
    can.scenes = {"qr"};
    can.not_found_after_seconds = 60;
    return can;
}

/// What is told of an account that believes it after so many seconds.
std::string told_of_absence_after(
    std::int64_t seconds, const ChannelTimeouts& timeouts, const Capabilities& can
) {
    ChannelAccountSettings account = account_with({});
    account.not_found_after_seconds = seconds;
    account.timeouts = timeouts;
    account.payout_gather = std::chrono::milliseconds(200);
    const auto checked = check_not_found_after(account, can);
    EXPECT_TRUE(checked || checked.error().context == "not_found_after_seconds");
    return checked ? "" : checked.error().message;
}

TEST(AccountChange, BelievesInNoAbsenceWhileARequestMayBeUnderWay) {
    const auto told = [](std::int64_t seconds, std::chrono::milliseconds collect) {
        return told_of_absence_after(seconds, {.collect = collect}, patient_channel());
    };

    EXPECT_EQ(told(10, 10s), "");
    EXPECT_EQ(told(0, 60s), "") << "as the adapter says";
    EXPECT_EQ(
        told(9, 10s),
        "not_found_after_seconds is 9, wanted at least 10, or 0 for the adapter's 60: a request "
        "can "
        "be under way for 10000 ms (collect_ms)"
    );
    EXPECT_EQ(
        told(10, 10'001ms),
        "not_found_after_seconds is 10, wanted at least 11, or 0 for the adapter's 60: a request "
        "can be under way for 10001 ms (collect_ms)"
    );
    EXPECT_EQ(
        told(0, 61s),
        "not_found_after_seconds is 0, for the adapter's 60, wanted at least 61: a request can be "
        "under way for 61000 ms (collect_ms)"
    );
    EXPECT_THAT(told(60, 61s), HasSubstr("is 60, wanted at least 61: a request can be"));
}

TEST(AccountChange, BelievesInNoAbsenceWhileMoneyOfItsKindMayBeUnderWay) {
    const ChannelTimeouts timeouts{.collect = 5s, .refund = 20s, .payout = 30s};
    const auto told = [&timeouts](const Capabilities& can) {
        return told_of_absence_after(5, timeouts, can);
    };
    Capabilities can = patient_channel();

    EXPECT_EQ(told(can), "") << "it neither gives back nor pays out";
    can.refund = RefundCapabilities{};
    EXPECT_THAT(told(can), HasSubstr("wanted at least 20"));
    EXPECT_THAT(told(can), HasSubstr("(refund_ms)"));
    can.payout = PayoutCapabilities{};
    EXPECT_THAT(told(can), HasSubstr("wanted at least 30"));
    EXPECT_THAT(told(can), HasSubstr("(payout_ms)"));
    can.payout->many = ManyPayouts{};
    EXPECT_THAT(told(can), HasSubstr("wanted at least 31"));
    EXPECT_THAT(told(can), HasSubstr("30200 ms (payout_gather_ms and payout_ms)"));
    can.scenes.clear();
    can.refund.reset();
    EXPECT_EQ(told_of_absence_after(31, timeouts, can), "");
}

TEST(AccountForm, IsRefusedWhereItsFieldsCannotMeanIt) {
    struct Row {
        std::string_view from;
        std::string_view to;
        std::string_view expected;
    };
    constexpr std::array<Row, 9> kRows{{
        {R"("kind":"secret","pattern")",
         R"("kind":"private_key","pattern")",
         "'pin' is a key, wanted a text or secret for a pattern"},
        {R"(["old","new"])", "[]", "'api' has choices that are no list of names"},
        {R"({"api":"old"})", R"({"ipa":"old"})", "'old_key' is needed with 'ipa', which is no"},
        {R"({"api":"old"})", R"({"old_key":"old"})", "needed with 'old_key', which is no text"},
        {R"({"api":"old"})", "{}", "'old_key' has a needed_with that is no record of one field"},
        {R"({"api":"old"})", R"({"api":""})", "'old_key' has a needed_with that is no record"},
        {R"("kind":"secret","needed_with":{"api":"old"})",
         R"("kind":"secret","fixed":true)",
         "'old_key' is no text, wanted one for choices and fixed"},
        {R"("name":"old_key","kind":"secret")",
         R"("name":"client_certificate","kind":"text")",
         "'client_certificate' is none of kind secret"},
        {R"("name":"old_key","kind":"secret")",
         R"("name":"client_key","kind":"secret")",
         "'client_key' is none of kind private_key"},
    }};
    for (const Row& row : kRows) {
        std::string form(kForm);
        form.replace(form.find(row.from), row.from.size(), row.to);

        const auto parsed = parse_form(form);

        ASSERT_FALSE(parsed) << row.expected;
        EXPECT_THAT(parsed.error().message, HasSubstr(std::string(row.expected)));
    }
}

TEST(AccountForm, HoldsNoPartyToWhatIsOfAccounts) {
    std::string form(kForm);
    form.insert(
        form.size() - 1,
        R"(,"payer":[{"name":"p","kind":"text","scenes":["qr"],"fixed":true,)"
        R"("title":{"en":"P","zh":"P"}}])"
    );

    const auto parsed = parse_form(form);

    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().message, HasSubstr("which only an account's can have"));
}

}  // namespace
}  // namespace sluice::channel
