#include <gtest/gtest.h>

#include "simulator/payer_page.hpp"
#include "unit/simulator/psp_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

class PayerPages : public PspTest {
  protected:
    std::string new_code() {
        const std::string url(body_of(create(kOrderNumber)).text_or_empty("code_url"));
        return url.substr(url.rfind('=') + 1);
    }
    http::ClientResult page(const std::string& path) {
        return http::fetch(client_, {.url = psp_->url() + "/payer/" + path});
    }
    http::ClientResult press(const std::string& path) {
        return http::fetch(
            client_, {.method = "POST", .url = psp_->url() + "/payer/" + path, .body = "x="}
        );
    }
};

TEST_F(PayerPages, ShowAmountAndMerchantEscaped) {
    const auto shown = page(new_code());

    ASSERT_EQ(status_of(shown), 200);
    EXPECT_NE(shown->body.find("12.34"), std::string::npos);
    EXPECT_NE(shown->body.find("Tea &amp; &lt;Shop&gt;"), std::string::npos);
    EXPECT_NE(shown->body.find("data-state=\"open\""), std::string::npos);
    EXPECT_EQ(shown->body.find("{{"), std::string::npos);
}

TEST_F(PayerPages, PayOnceHoweverOftenConfirmIsPressed) {
    const std::string code = new_code();

    EXPECT_EQ(status_of(press(code + "/confirm")), 303);
    EXPECT_EQ(status_of(press(code + "/confirm")), 303);

    EXPECT_NE(page(code)->body.find("data-state=\"paid\""), std::string::npos);
    EXPECT_EQ(booked(kOrderNumber).int_or("payments", 0), 1);
}

TEST_F(PayerPages, TakeMoneyAfterTheCloseOnlyWhenItWasOnItsWay) {
    const std::string code = new_code();
    ASSERT_EQ(status_of(close(kOrderNumber)), 204);

    EXPECT_EQ(status_of(press(code + "/confirm")), 303);
    EXPECT_EQ(booked(kOrderNumber).text_or_empty("trade_state"), "CLOSED");
    EXPECT_EQ(status_of(press(code + "/confirm_late")), 303);
    EXPECT_EQ(status_of(press(code + "/confirm_late")), 303);

    EXPECT_EQ(booked(kOrderNumber).text_or_empty("trade_state"), "SUCCESS");
    EXPECT_EQ(booked(kOrderNumber).int_or("payments", 0), 1);
}

TEST_F(PayerPages, LeaveTheOrderOpenWhenDeclined) {
    const std::string code = new_code();

    EXPECT_EQ(status_of(press(code + "/decline")), 303);

    EXPECT_EQ(booked(kOrderNumber).int_or("declined", 0), 1);
    EXPECT_EQ(booked(kOrderNumber).text_or_empty("trade_state"), "NOTPAY");
    const std::string shown = page(code)->body;
    EXPECT_NE(shown.find("data-state=\"declined\""), std::string::npos);
    EXPECT_NE(shown.find("The order is still open"), std::string::npos);
}

TEST_F(PayerPages, KeepTheLanguageThatWasChosen) {
    const std::string code = new_code();

    EXPECT_NE(page(code + "?lang=zh")->body.find("/confirm?lang=zh\""), std::string::npos);
    const auto pressed = press(code + "/confirm?lang=zh");

    ASSERT_TRUE(pressed.has_value());
    EXPECT_EQ(pressed->headers.get_or_empty("Location"), "/payer/" + code + "?lang=zh");
    EXPECT_EQ(press(code + "/confirm")->headers.get_or_empty("Location"), "/payer/" + code);
}

TEST_F(PayerPages, SayThatAnUnknownCodeIsGone) {
    const auto shown = page("nonsense%3Cscript%3E");

    EXPECT_EQ(status_of(shown), 404);
    EXPECT_NE(shown->body.find("data-state=\"gone\""), std::string::npos);
    EXPECT_EQ(shown->body.find("<script"), std::string::npos);
}

TEST_F(PayerPages, SpeakTheWantedLanguage) {
    const std::string code = new_code();

    EXPECT_NE(page(code + "?lang=zh")->body.find("<html lang=\"zh\">"), std::string::npos);
    EXPECT_NE(page(code)->body.find("<html lang=\"en\">"), std::string::npos);
}

TEST(QrSquares, GrowWithTheText) {
    const QrSquares small = qr_squares("weixin://wxpay/bizpayurl?pr=p4lpSuKzz");
    const QrSquares large = qr_squares(std::string(300, 'x'));

    EXPECT_GE(small.side, 21 + 8);
    EXPECT_GT(large.side, small.side);
    EXPECT_FALSE(small.path.empty());
}

}  // namespace
}  // namespace sluice::simulator::testing
