// What a call to Alipay is about: every member that is missing or wrong is refused with the word of
// the channel, and nothing comes of it.
#include <functional>

#include <gtest/gtest.h>

#include "channel/form_body.hpp"
#include "unit/simulator/alipay_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

constexpr const char* kInvalid = "40004 ACQ.INVALID_PARAMETER";

/// What is done to the payee of a transfer.
Bend in_payee(const Bend& bend) {
    return [=](Value& content) {
        Value payee = *content.find("payee_info");
        bend(payee);
        content.set("payee_info", payee);
    };
}

Bend both(const Bend& first, const Bend& second) {
    return [=](Value& content) {
        first(content);
        second(content);
    };
}

Bend until(const char* timeout_express) {
    return both(without("time_expire"), with("timeout_express", timeout_express));
}

void nothing(Value& /*content*/) {}

class AlipayStrictness : public AlipayTest {
  protected:
    /// What was said: "10000", "40004 ACQ.TRADE_NOT_EXIST", and its message.
    struct Said {
        std::string word;
        std::string message;
    };

    /// To this order when that was done to its content and to what stands beside it.
    Said said_to(
        const channel::ExchangeOrder& order, const Bend& bend, const Bend& beside = nothing
    ) {
        http::ClientRequest request{.method = "POST", .url = psp_->url() + "/gateway.do"};
        request.body = bent(build(order)->body, bend, beside);
        return read(send(std::move(request)));
    }
    /// To a payer who takes that to the channel; "302" when there is a page.
    Said said_to_payer(const std::string& scene, const Bend& bend) {
        const Value action = handed_over(scene);
        const std::string url(action.text_or_empty("url"));
        const std::string taken = url.empty() ? std::string(action.text_or_empty("order_string"))
                                              : url.substr(url.find('?') + 1);
        const auto answer =
            send({.method = "GET", .url = psp_->url() + "/gateway.do?" + bent(taken, bend, nothing)}
            );
        return status_of(answer) == 302 ? Said{"302", ""} : read(answer);
    }
    /// What the seller's balance for transfers was used for, in fen.
    std::int64_t transferred() {
        const std::string seller(kCertifiedSeller);
        const Value books = body_of(control("/sim/alipay/books?seller_id=" + seller));
        const Value* accounts = books.find("accounts");
        const bool is_one = accounts != nullptr && accounts->as_array()->size() == 1;
        EXPECT_TRUE(is_one) << to_json(books);
        return is_one ? accounts->as_array()->front().int_or("used_today", -1) : -1;
    }

  private:
    static std::string bent(const std::string& form, const Bend& bend, const Bend& beside) {
        Value all = with_content(form, bend);
        beside(all);
        all.set("sign", signature_of(all));
        return channel::form_encode(all).value();
    }
    static Said read(const http::ClientResult& answer) {
        const Value node = node_of(answer);
        if (node.is_null()) {
            return {"nothing", ""};
        }
        const std::string sub_code(node.text_or_empty("sub_code"));
        return {
            std::string(node.text_or_empty("code")) + (sub_code.empty() ? "" : " " + sub_code),
            std::string(node.text_or_empty("sub_msg"))
        };
    }
};

TEST_F(AlipayStrictness, AcceptsWhatTheRowsBelowBend) {
    EXPECT_EQ(said_to(order_of(Operation::collect), nothing).word, "10000");
    given_paid();
    EXPECT_EQ(said_to(order_of(Operation::refund), nothing).word, "10000");
    account_ = "certificate";
    EXPECT_EQ(said_to(order_of(Operation::payout), nothing).word, "10000");
    EXPECT_EQ(transferred(), 5000);
}

TEST_F(AlipayStrictness, AcceptsTheCodeThatTheRowsBelowBend) {
    EXPECT_EQ(said_to(shown_code(), nothing).word, "10000");
}

TEST_F(AlipayStrictness, OpensAPageOnlyForItsOwnProduct) {
    for (const char* scene : {"page", "wap", "app"}) {
        for (const char* product : {"FACE_TO_FACE_PAYMENT", "QR_CODE_OFFLINE", ""}) {
            const Said said = said_to_payer(scene, with("product_code", product));
            EXPECT_EQ(said.word, kInvalid) << scene << " " << product;
            EXPECT_EQ(said.message, "参数无效: product_code") << scene << " " << product;
        }
    }
    EXPECT_EQ(said_to_payer("page", with("product_code", "QUICK_WAP_WAY")).word, kInvalid);
    EXPECT_EQ(said_to_payer("wap", with("product_code", "QUICK_MSECURITY_PAY")).word, kInvalid);
    EXPECT_EQ(said_to_payer("app", with("product_code", "FAST_INSTANT_TRADE_PAY")).word, kInvalid);
    EXPECT_TRUE(booked(kOrderNumber).is_null());
    EXPECT_EQ(said_to_payer("wap", nothing).word, "302");
}

TEST_F(AlipayStrictness, RefusesAddressesThatItCannotNotify) {
    const std::string too_long = "https://a.example/" + std::string(256, 'n');
    for (const std::string& url :
         {std::string("a.example/n"), std::string("https://a.example/n?x=1"), too_long}) {
        const Said said =
            said_to(order_of(Operation::collect), nothing, with("notify_url", Value(url)));
        EXPECT_EQ(said.word, kInvalid) << url;
        EXPECT_EQ(said.message, "参数无效: notify_url") << url;
    }
    EXPECT_TRUE(booked(kOrderNumber).is_null());
}

struct BadOrder {
    const char* name;
    Bend bend;
    const char* member;
};

class AlipayRefusesOrders : public AlipayStrictness,
                            public ::testing::WithParamInterface<BadOrder> {};

TEST_P(AlipayRefusesOrders, AndNamesTheMember) {
    const Said said = said_to(order_of(Operation::collect), GetParam().bend);

    EXPECT_EQ(said.word, kInvalid);
    EXPECT_EQ(said.message, std::string("参数无效: ") + GetParam().member);
    EXPECT_TRUE(booked(kOrderNumber).is_null());
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    AlipayRefusesOrders,
    ::testing::Values(
        BadOrder{"NoNumber", without("out_trade_no"), "out_trade_no"},
        BadOrder{"EmptyNumber", with("out_trade_no", ""), "out_trade_no"},
        BadOrder{"LongNumber", with("out_trade_no", std::string(65, '1')), "out_trade_no"},
        BadOrder{"StrangeNumber", with("out_trade_no", "A-1"), "out_trade_no"},
        BadOrder{"NumberIsNoText", with("out_trade_no", 17), "out_trade_no"},
        BadOrder{"NoAmount", without("total_amount"), "total_amount"},
        BadOrder{"ZeroAmount", with("total_amount", "0.00"), "total_amount"},
        BadOrder{"NegativeAmount", with("total_amount", "-12.34"), "total_amount"},
        BadOrder{"OneDecimal", with("total_amount", "12.3"), "total_amount"},
        BadOrder{"ThreeDecimals", with("total_amount", "12.345"), "total_amount"},
        BadOrder{"NoDecimals", with("total_amount", "12"), "total_amount"},
        BadOrder{"LeadingZero", with("total_amount", "012.34"), "total_amount"},
        BadOrder{"BlankInTheAmount", with("total_amount", " 12.34"), "total_amount"},
        BadOrder{"AmountIsNoText", with("total_amount", 12.34), "total_amount"},
        BadOrder{"AboveTheMost", with("total_amount", "100000000.01"), "total_amount"},
        BadOrder{"NoSubject", without("subject"), "subject"},
        BadOrder{"EmptySubject", with("subject", ""), "subject"},
        BadOrder{"LongSubject", with("subject", std::string(257, 's')), "subject"},
        BadOrder{"SlashInTheSubject", with("subject", "a/b"), "subject"},
        BadOrder{"EqualsInTheSubject", with("subject", "a=b"), "subject"},
        BadOrder{"AmpersandInTheSubject", with("subject", "a&b"), "subject"},
        BadOrder{"NoProduct", without("product_code"), "product_code"},
        BadOrder{"OtherProduct", with("product_code", "QUICK_WAP_WAY"), "product_code"},
        BadOrder{"BadTime", with("time_expire", "tomorrow"), "time_expire"},
        BadOrder{
            "OtherFormOfTime", with("time_expire", "2026-01-01T09:00:00+08:00"), "time_expire"
        },
        BadOrder{"LateTime", with("time_expire", "2026-01-16 08:01:01"), "time_expire"},
        BadOrder{"TimeIsNoText", with("time_expire", 17), "time_expire"},
        BadOrder{"LongSpan", until("16d"), "time_expire"},
        BadOrder{"SpanBeyondCounting", until("9223372036854775807d"), "time_expire"},
        BadOrder{"NoSpan", until("0m"), "time_expire"},
        BadOrder{"SpanWithoutUnit", until("90"), "time_expire"},
        BadOrder{"SpanInWeeks", until("1w"), "time_expire"},
        BadOrder{"SpanWithoutNumber", until("m"), "time_expire"},
        BadOrder{"NegativeSpan", until("-5m"), "time_expire"}
    ),
    [](const auto& row) { return row.param.name; }
);

struct BadContent {
    const char* name;
    Bend bend;
    const char* word = kInvalid;
};

class AlipayRefusesCodes : public AlipayStrictness,
                           public ::testing::WithParamInterface<BadContent> {};

TEST_P(AlipayRefusesCodes, AndTakesNothing) {
    EXPECT_EQ(said_to(shown_code(), GetParam().bend).word, GetParam().word);
    EXPECT_TRUE(booked(kOrderNumber).is_null());
}

constexpr const char* kNoCode = "40004 ACQ.PAYMENT_AUTH_CODE_INVALID";

INSTANTIATE_TEST_SUITE_P(
    Table,
    AlipayRefusesCodes,
    ::testing::Values(
        BadContent{"NoScene", without("scene")},
        BadContent{"OtherScene", with("scene", "wave_code")},
        BadContent{"NoCode", without("auth_code"), kNoCode},
        BadContent{"ShortCode", with("auth_code", "280000000000001"), kNoCode},
        BadContent{"LongCode", with("auth_code", "2800000000000000000000001"), kNoCode},
        BadContent{"CodeOfAnotherChannel", with("auth_code", "134567890123456789"), kNoCode},
        BadContent{"LettersInTheCode", with("auth_code", "28000000000000000x"), kNoCode},
        BadContent{"NoProduct", without("product_code")},
        BadContent{"NoAmount", without("total_amount")}
    ),
    [](const auto& row) { return row.param.name; }
);

class AlipayRefusesRefunds : public AlipayStrictness,
                             public ::testing::WithParamInterface<BadContent> {};

TEST_P(AlipayRefusesRefunds, AndGivesNothingBack) {
    given_paid();

    EXPECT_EQ(said_to(order_of(Operation::refund), GetParam().bend).word, GetParam().word);

    EXPECT_EQ(booked(kOrderNumber).int_or("refunded_amount", 0), 0);
    EXPECT_EQ(exchange(Operation::refund_query).kind, payment::OutcomeKind::not_found);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    AlipayRefusesRefunds,
    ::testing::Values(
        BadContent{"NoTrade", without("out_trade_no")},
        BadContent{
            "OtherTrade",
            with("out_trade_no", "01KDXVZQ4M8N2P6R0S4T8V2W6Y"),
            "40004 ACQ.TRADE_NOT_EXIST"
        },
        BadContent{
            "OtherTradeNumber", with("trade_no", "2026010122001"), "40004 ACQ.TRADE_NOT_EXIST"
        },
        BadContent{"NoNumber", without("out_request_no")},
        BadContent{"EmptyNumber", with("out_request_no", "")},
        BadContent{"LongNumber", with("out_request_no", std::string(65, '1'))},
        BadContent{"StrangeNumber", with("out_request_no", "A-1")},
        BadContent{"NumberIsNoText", with("out_request_no", 17)},
        BadContent{"NoAmount", without("refund_amount")},
        BadContent{"ZeroAmount", with("refund_amount", "0.00")},
        BadContent{"NegativeAmount", with("refund_amount", "-12.34")},
        BadContent{"OneDecimal", with("refund_amount", "12.3")},
        BadContent{"ThreeDecimals", with("refund_amount", "12.345")},
        BadContent{"NoDecimals", with("refund_amount", "12")},
        BadContent{"LeadingZero", with("refund_amount", "012.34")},
        BadContent{"BlankInTheAmount", with("refund_amount", " 12.34")},
        BadContent{"AmountIsNoText", with("refund_amount", 12.34)},
        BadContent{
            "MoreThanWasPaid",
            with("refund_amount", "12.35"),
            "40004 ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
        }
    ),
    [](const auto& row) { return row.param.name; }
);

class AlipayRefusesTransfers : public AlipayStrictness,
                               public ::testing::WithParamInterface<BadContent> {};

TEST_P(AlipayRefusesTransfers, AndPaysNothing) {
    account_ = "certificate";

    EXPECT_EQ(said_to(order_of(Operation::payout), GetParam().bend).word, GetParam().word);

    EXPECT_EQ(transferred(), 0);
    EXPECT_EQ(exchange(Operation::payout_query).kind, payment::OutcomeKind::not_found);
}

/// Transfers' words have no prefix.
constexpr const char* kBad = "40004 INVALID_PARAMETER";
constexpr const char* kNoPayee = "40004 PAYEE_USER_INFO_ERROR";

INSTANTIATE_TEST_SUITE_P(
    Table,
    AlipayRefusesTransfers,
    ::testing::Values(
        BadContent{"NoNumber", without("out_biz_no"), kBad},
        BadContent{"EmptyNumber", with("out_biz_no", ""), kBad},
        BadContent{"LongNumber", with("out_biz_no", std::string(65, '1')), kBad},
        BadContent{"StrangeNumber", with("out_biz_no", "A-1"), kBad},
        BadContent{"NumberIsNoText", with("out_biz_no", 17), kBad},
        BadContent{"NoAmount", without("trans_amount"), kBad},
        BadContent{"ZeroAmount", with("trans_amount", "0.00"), kBad},
        BadContent{"NegativeAmount", with("trans_amount", "-12.34"), kBad},
        BadContent{"OneDecimal", with("trans_amount", "12.3"), kBad},
        BadContent{"ThreeDecimals", with("trans_amount", "12.345"), kBad},
        BadContent{"NoDecimals", with("trans_amount", "12"), kBad},
        BadContent{"LeadingZero", with("trans_amount", "012.34"), kBad},
        BadContent{"BlankInTheAmount", with("trans_amount", " 12.34"), kBad},
        BadContent{"AmountIsNoText", with("trans_amount", 12.34), kBad},
        BadContent{
            "TooSmallAmount", with("trans_amount", "0.09"), "40004 EXCEED_LIMIT_SM_MIN_AMOUNT"
        },
        BadContent{"NoProduct", without("product_code"), kBad},
        BadContent{"OtherProduct", with("product_code", "STD_RED_PACKET"), kBad},
        BadContent{"CardsProductForALogIn", with("product_code", "TRANS_BANKCARD_NO_PWD"), kBad},
        BadContent{"NoScene", without("biz_scene"), kBad},
        BadContent{"OtherScene", with("biz_scene", "PERSONAL_PAY"), kBad},
        BadContent{"NoPayee", without("payee_info"), kBad},
        BadContent{"PayeeIsNoRecord", with("payee_info", "payee@example.com"), kBad},
        BadContent{"NoIdentity", in_payee(without("identity")), kBad},
        BadContent{"EmptyIdentity", in_payee(with("identity", "")), kBad},
        BadContent{"NoIdentityType", in_payee(without("identity_type")), kBad},
        BadContent{"OtherIdentityType", in_payee(with("identity_type", "PHONE")), kBad},
        BadContent{
            "CardForAnAccountsProduct", in_payee(with("identity_type", "BANKCARD_ACCOUNT")), kBad
        },
        BadContent{"LogInWithoutName", in_payee(without("name")), kNoPayee},
        BadContent{
            "CardWithoutName",
            both(
                with("product_code", "TRANS_BANKCARD_NO_PWD"),
                in_payee(both(with("identity_type", "BANKCARD_ACCOUNT"), without("name")))
            ),
            kNoPayee
        }
    ),
    [](const auto& row) { return row.param.name; }
);

}  // namespace
}  // namespace sluice::simulator::testing
