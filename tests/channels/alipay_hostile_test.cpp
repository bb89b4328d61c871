// Whatever stands in an answer or a notice: nothing breaks, and nothing is believed that was not
// signed. A fixed number of changed messages, the same every time.
#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/charset.hpp"
#include "channel/form_body.hpp"
#include "channel/json_source.hpp"
#include "channels/alipay_world.hpp"
#include "channels/recorded_file.hpp"
#include "channels/wechatpay_world.hpp"
#include "core/random.hpp"
#include "core/utf8.hpp"

namespace sluice::channel::testing {
namespace {

constexpr int kRounds = 3000;

/// A few bytes changed, cut out, doubled, or the end cut off.
std::string changed(std::string text, SeededRandom& random) {
    const auto pick = [&](std::size_t below) {
        return static_cast<std::size_t>(random.next() % below);
    };
    const std::size_t changes = 1 + pick(4);
    for (std::size_t i = 0; i < changes && !text.empty(); ++i) {
        const std::size_t at = pick(text.size());
        const std::size_t length = 1 + pick(8);
        switch (pick(4)) {
            case 0:
                text[at] = static_cast<char>(pick(256));
                break;
            case 1:
                text.erase(at, length);
                break;
            case 2:
                text.insert(at, text.substr(at, length));
                break;
            default:
                text.resize(at);
        }
    }
    return text;
}

class AlipayHostile : public ::testing::Test {
  protected:
    [[nodiscard]] const ChannelAccount& account() const {
        return *registry_->find_account({"alipay", "main"});
    }
    static std::string answer_of(const Value& recorded) {
        const auto operation = parse_operation(recorded.text_or_empty("operation")).value();
        return signed_node(
            {.root = root_of(operation, {}), .node = body_of(recorded.find("answer")->find("node"))}
        );
    }
    payment::Outcome read(const ExchangeOrder& order, const std::string& body) {
        const http::Response response{.status = 200, .headers = {}, .body = body};
        return host_.read({order, response}, account(), {test_now(), ""});
    }

    RegistryPtr registry_ = alipay_registry(alipay_account());
    AdapterHost host_{registry_->find_adapter("alipay")};
    SeededRandom random_{20260101};
};

TEST_F(AlipayHostile, AnswersAreBelievedAsTheyWereSignedOrNotAtAll) {
    for (const char* name : {"query_trade_success", "refund_fund_change_y", "payout_success"}) {
        const Value recorded = fixture(kAlipayFixtures, name);
        const auto operation = parse_operation(recorded.text_or_empty("operation")).value();
        const ExchangeOrder order = alipay_order(operation);
        const std::string good = answer_of(recorded);
        const payment::Outcome right = read(order, good);
        ASSERT_EQ(right.kind, payment::OutcomeKind::succeeded) << name;
        for (int i = 0; i < kRounds / 3; ++i) {
            const std::string body = changed(good, random_);
            const payment::Outcome outcome = read(order, body);
            // Only a change outside of what is signed leaves it readable.
            const bool is_same = to_value(outcome) == to_value(right);
            EXPECT_TRUE(is_same || outcome.kind == payment::OutcomeKind::unknown)
                << name << ": " << body;
        }
    }
}

TEST_F(AlipayHostile, NoticesAreBelievedAsTheyWereSignedOrNotAtAll) {
    const Value recorded = fixture(kAlipayFixtures, "callback_trade_success");
    const std::string good = signed_notice(*recorded.find("message")->find("form"), "good");
    const auto right = host_.read_callback({{}, good}, account(), {test_now(), ""});
    ASSERT_TRUE(right.has_value());
    for (int i = 0; i < kRounds; ++i) {
        const std::string body = changed(good, random_);
        const auto told = host_.read_callback({{}, body}, account(), {test_now(), ""});
        const bool is_same = told && !told->is_refused && told->number == right->number &&
                             to_value(told->outcome) == to_value(right->outcome);
        EXPECT_TRUE(is_same || !told || told->is_refused) << body;
    }
}

TEST_F(AlipayHostile, ReadersOfTextsTakeAnything) {
    const Value recorded = fixture(kAlipayFixtures, "query_trade_success");
    const std::string good = answer_of(recorded);
    for (int i = 0; i < kRounds; ++i) {
        const std::string text = changed(good, random_);
        if (const auto node = json_source(text, "alipay_trade_query_response")) {
            EXPECT_NE(text.find(*node), std::string::npos);
        }
        if (const auto decoded = to_utf8(text, Charset::gbk)) {
            EXPECT_TRUE(is_utf8(*decoded));
            EXPECT_EQ(from_utf8(*decoded, Charset::gbk).value_or(""), text);
        }
        if (const auto form = form_decode(text, Charset::utf8)) {
            EXPECT_TRUE(form_encode(*form).has_value());
        }
    }
}

}  // namespace
}  // namespace sluice::channel::testing
