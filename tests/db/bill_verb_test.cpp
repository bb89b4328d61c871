// A bill on its way from a channel to whoever asks for it on the command line: an account of the
// database, its sealed secrets, two requests over real sockets.
#include "app/bill_verb.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/crypto.hpp"
#include "channel/pack.hpp"
#include "channels/wechatpay_world.hpp"
#include "core/random.hpp"
#include "http/blocking.hpp"
#include "http/server.hpp"
#include "support/sealing.hpp"
#include "support/test_database.hpp"

namespace sluice::testing {
namespace {

using channel::BillState;
using channel::gzipped;
using channel::testing::signature_headers;
using channel::testing::source_text;
using channel::testing::test_now;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class BillVerb : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(server_.start());
        channel::ChannelAccountSettings settings = channel::testing::wechatpay_account();
        settings.settings["base_url"] = address();
        SystemRandom random;
        const auto id = channel::ChannelAccountId::generate(clock_.now(), Bucket{1}, random);
        ASSERT_TRUE(store_.save({id, 0, settings}, {"wu.dan", clock_.now()}));
    }
    void TearDown() override { server_.stop(); }

    Result<channel::BillAnswer> fetch(
        const std::string& account = "main", const std::string& kind = "trade"
    ) {
        return app::fetch_bill(
            {store_, TestDatabase::db_dir().parent_path() / "channels", clock_},
            {"wechatpay", account, {kind, "2026-01-01"}}
        );
    }
    [[nodiscard]] std::string address() const {
        return "http://127.0.0.1:" + std::to_string(server_.port());
    }
    http::Response answer(const http::Request& request) const {
        if (request.path == "/file") {
            return {200, {}, gzipped(day_)};
        }
        const std::string body = to_json(ValueObject{
            {"download_url", address() + "/file?token=abc"},
            {"hash_type", "SHA1"},
            {"hash_value", channel::sha1_hex(day_)}
        });
        return {200, signature_headers("good", body), body};
    }

    const std::string day_ = source_text("tests/channels/bills/wechatpay_trade.csv");
    TestDatabase database_;
    db::Pool pool_{database_.conninfo(), {.connection = {.role = "sluice_app"}}};
    channel::AccountStore store_{pool_, test_sealing_keys()};
    const ManualClock clock_{test_now()};
    http::Server server_{{}, http::blocking([this](const http::Request& request) {
                             return answer(request);
                         })};
};

TEST_F(BillVerb, FetchesTheDayAsTheAccount) {
    const auto answer = fetch();

    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->state, BillState::found) << answer->code << answer->message;
    ASSERT_THAT(answer->bill.lines, SizeIs(2));
    EXPECT_EQ(
        app::describe(answer->bill.lines[1]),
        R"({"line":3,"kind":"refund","kind_text":"REFUND","number":"SL20260101000001",)"
        R"("reference":"4200000000202601010000000001","refund_number":"RF20260101000001",)"
        R"("refund_reference":"50300000002026010100000000001","status":"SUCCESS","amount":234,)"
        R"("currency":"CNY","fee_milli_minor":-1000,"at":"2026-01-01T01:10:00Z"})"
    );
}

TEST_F(BillVerb, SaysWhichAccountOrKindThereIsNone) {
    EXPECT_THAT(fetch("other").error().message, HasSubstr("no account 'other' of the channel"));
    EXPECT_THAT(fetch("main", "gold").error().message, HasSubstr("no bills of the kind 'gold'"));
}

TEST_F(BillVerb, IsUnknownWhenTheChannelIsNotReached) {
    server_.stop();

    const auto answer = fetch();

    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->state, BillState::unknown);
}

}  // namespace
}  // namespace sluice::testing
