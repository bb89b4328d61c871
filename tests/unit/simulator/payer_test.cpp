#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "http/blocking.hpp"
#include "http/server.hpp"
#include "simulator/payer_page.hpp"
#include "unit/simulator/psp_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

/// The address at which a phone finds the simulator: another one than it listens at itself, as it
/// is behind a tunnel or on a machine with several addresses.
class PhoneAddress {
  public:
    PhoneAddress()
        : server_(http::ServerSettings{}, http::blocking([this](const http::Request& request) {
                      Psp* const psp = psp_;
                      return psp == nullptr ? http::Response{.status = 503} : psp->answer(request);
                  })) {
        EXPECT_TRUE(server_.start().has_value());
    }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server_.port());
    }
    void lead_to(Psp& psp) { psp_ = &psp; }

  private:
    std::atomic<Psp*> psp_ = nullptr;
    http::Server server_;
};

PspIdentities one_merchant() {
    const TestKeys& keys = TestKeys::get();
    return {
        .merchants = {Merchant{
            .mchid = std::string(kMchid),
            .appid = std::string(kAppid),
            .name = "Tea shop",
            .certificate_serial = std::string(kMerchantSerial),
            .public_key = keys.merchant.public_key,
            .api_v3_key = Secret(std::string(kApiV3Key)),
            .notify_prefixes = {}
        }},
        .platform =
            {.private_key = keys.platform.private_key,
             .public_key_id = std::string(kPublicKeyId),
             .certificate_pem = keys.platform_certificate.pem,
             .certificate_serial = keys.platform_certificate.serial}
    };
}

class PayerPages : public PspTest {
  protected:
    /// A simulator whose codes are addresses that phones open.
    void give_pages_at(PhoneAddress& address) {
        PspSettings settings;
        settings.threads = 16;
        settings.payer_page_base = address.url();
        psp_ = std::make_unique<Psp>(std::move(settings), one_merchant(), clock_);
        ASSERT_TRUE(psp_->start().has_value());
        address.lead_to(*psp_);
    }
    /// What the answer to the creation of an order in that scene says in `member`.
    std::string created(const std::string& scene, const std::string& number, const char* member) {
        Value body = create_body(number, 1234);
        if (scene == "h5") {
            const Value type(ValueObject{{"type", "Wap"}});
            body.set(
                "scene_info",
                Value(ValueObject{{"payer_client_ip", "127.0.0.1"}, {"h5_info", type}})
            );
        }
        const auto answer = call(
            {.method = "POST", .target = "/v3/pay/transactions/" + scene, .body = to_json(body)}
        );
        return std::string(body_of(answer).text_or_empty(member));
    }
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
    EXPECT_EQ(press(code + "/decline")->headers.get_or_empty("Location"), "/payer/" + code);
}

TEST_F(PayerPages, SayThatASecondPaymentTookNothing) {
    const std::string code = new_code();
    EXPECT_EQ(press(code + "/confirm")->headers.get_or_empty("Location"), "/payer/" + code);
    EXPECT_NE(page(code)->body.find("data-pressed=\"\""), std::string::npos);

    const auto again = press(code + "/confirm?lang=en");

    EXPECT_EQ(again->headers.get_or_empty("Location"), "/payer/" + code + "?lang=en&pressed=again");
    const std::string shown = page(code + "?lang=en&pressed=again")->body;
    EXPECT_NE(shown.find("data-pressed=\"again\""), std::string::npos);
    EXPECT_NE(shown.find("the second payment was refused"), std::string::npos);
    EXPECT_EQ(page(code + "?pressed=%3Cscript")->body.find("<script"), std::string::npos);
    EXPECT_EQ(booked(kOrderNumber).int_or("payments", 0), 1);
}

/// What stands between each `begin` and the next `end`.
std::vector<std::string> all_between(
    std::string_view text, std::string_view begin, std::string_view end
) {
    std::vector<std::string> found;
    for (std::size_t at = text.find(begin); at != std::string_view::npos;
         at = text.find(begin, at)) {
        at += begin.size();
        found.emplace_back(text.substr(at, text.find(end, at) - at));
    }
    return found;
}

TEST_F(PayerPages, AreMadeForAPhoneAndForBothLanguages) {
    const std::string code = new_code();
    const std::string shown = page(code)->body;

    EXPECT_NE(
        shown.find(R"(<meta name="viewport" content="width=device-width, initial-scale=1">)"),
        std::string::npos
    );
    // A thumb's width at least: 3rem are 48 pixels.
    EXPECT_NE(shown.find("min-height: 3rem"), std::string::npos);
    const auto buttons = all_between(shown, "<button", "</button>");
    EXPECT_EQ(buttons.size(), 4U) << "pay, not now, pay once more, pay late";
    for (const std::string& button : buttons) {
        EXPECT_NE(button.find("data-lang=\"en\""), std::string::npos) << button;
        EXPECT_NE(button.find("data-lang=\"zh\""), std::string::npos) << button;
    }
    EXPECT_EQ(
        all_between(shown, "method=\"post\" action=\"/payer/" + code, "\""),
        (std::vector<std::string>{"/confirm", "/decline", "/confirm", "/confirm_late"})
    );
    EXPECT_NE(shown.find("aria-label=\"QR code of this order\""), std::string::npos);
    EXPECT_EQ(
        all_between(shown, "data-lang=\"en\"", "<").size(),
        all_between(shown, "data-lang=\"zh\"", "<").size()
    );
}

TEST_F(PayerPages, AreWhatTheCodeLeadsTo) {
    PhoneAddress phone;
    ASSERT_NO_FATAL_FAILURE(give_pages_at(phone));
    struct Row {
        const char* scene;
        const char* member;
        const char* number;
    };
    for (const Row& row :
         {Row{"native", "code_url", "SL2026_native"}, Row{"h5", "h5_url", "SL2026_h5"}}) {
        const std::string url = created(row.scene, row.number, row.member);
        ASSERT_TRUE(url.starts_with(phone.url() + "/payer/")) << row.scene << " " << url;

        const bool is_h5 = std::string_view(row.scene) == "h5";
        const std::string opened = url + (is_h5 ? "&redirect_url=https%3A%2F%2Fshop.test%2F" : "");
        const auto shown = http::fetch(client_, {.url = opened});
        ASSERT_EQ(status_of(shown), 200) << opened;
        EXPECT_NE(shown->body.find(row.number), std::string::npos) << shown->body;
        EXPECT_NE(shown->body.find("data-state=\"open\""), std::string::npos) << shown->body;
        // Forms name where they go to without a host: at the address that the phone opened.
        const auto forms = all_between(shown->body, "<form method=\"post\" action=\"", "\"");
        ASSERT_FALSE(forms.empty());
        ASSERT_TRUE(forms.front().ends_with("/confirm")) << forms.front();
        const auto pressed = http::fetch(
            client_, {.method = "POST", .url = phone.url() + forms.front(), .body = "x="}
        );
        ASSERT_EQ(status_of(pressed), 303);
        const std::string next(pressed->headers.get_or_empty("Location"));
        const auto after = http::fetch(client_, {.url = phone.url() + next});

        ASSERT_EQ(status_of(after), 200) << next;
        EXPECT_NE(after->body.find("data-state=\"paid\""), std::string::npos) << after->body;
        EXPECT_EQ(body_of(query(row.number)).text_or_empty("trade_state"), "SUCCESS") << row.scene;
        EXPECT_EQ(booked(row.number).int_or("payments", 0), 1) << row.scene;
    }
}

TEST_F(PayerPages, TellUntilWhenInBeijing) {
    Value body = create_body(kOrderNumber, 1234);
    body.set("time_expire", "2026-01-01T08:30:00+08:00");
    const auto created =
        call({.method = "POST", .target = "/v3/pay/transactions/native", .body = to_json(body)});
    const std::string url(body_of(created).text_or_empty("code_url"));

    const std::string shown = page(url.substr(url.rfind('=') + 1))->body;

    EXPECT_NE(shown.find("2026-01-01 08:30:00"), std::string::npos);
    EXPECT_NE(shown.find("Beijing time"), std::string::npos);
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
