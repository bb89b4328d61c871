// The till over API v2: as strict as the channel, and one order over one API.
#include <algorithm>
#include <utility>

#include <gtest/gtest.h>

#include "channel/xml_record.hpp"
#include "unit/simulator/psp_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

constexpr const char* kPay = "/pay/micropay";
constexpr const char* kQuery = "/pay/orderquery";
constexpr const char* kReverse = "/secapi/pay/reverse";

/// A request before it is signed; a test bends single parts of it.
struct V2Message {
    std::string path = kPay;
    Value members = ValueObject{};
    std::string sign_type = "HMAC-SHA256";
    std::string signed_more;  ///< what stands behind the text that is signed
};

class WechatV2Till : public PspTest {
  protected:
    static Value order(const std::string& number, const std::string& code = "134567890123456789") {
        return ValueObject{
            {"auth_code", code},
            {"body", "两斤橙子"},
            {"out_trade_no", number},
            {"spbill_create_ip", "127.0.0.1"},
            {"total_fee", "1234"}
        };
    }
    static Value about(const std::string& number) { return ValueObject{{"out_trade_no", number}}; }

    http::ClientResult send(const V2Message& message) {
        Value all = message.members;
        all.set("nonce_str", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS");
        for (const auto& [name, text] : {std::pair{"appid", kAppid}, std::pair{"mch_id", kMchid}}) {
            if (all.find(name) == nullptr) {
                all.set(name, text);
            }
        }
        if (!message.sign_type.empty()) {
            all.set("sign_type", message.sign_type);
        }
        all.set("sign", sign_of(all, message.sign_type) + message.signed_more);
        return http::fetch(
            client_,
            {.method = "POST",
             .url = psp_->url() + message.path,
             .headers = {{"Content-Type", "text/xml"}},
             .body = channel::xml_encode(all).value()}
        );
    }

    /// The answer's record, which must be signed as was asked.
    Value told(const V2Message& message) {
        const http::ClientResult answer = send(message);
        EXPECT_EQ(status_of(answer), 200);
        const Value record = channel::xml_decode(answer.value().body).value();
        EXPECT_EQ(record.text_or_empty("return_code"), "SUCCESS") << to_json(record);
        EXPECT_EQ(record.text_or_empty("sign"), sign_of(record, message.sign_type));
        return record;
    }
    /// "SUCCESS", or the err_code.
    std::string end_of(const V2Message& message) {
        const Value record = told(message);
        return std::string(record.text_or_empty(
            record.text_or_empty("result_code") == "FAIL" ? "err_code" : "result_code"
        ));
    }
    /// Why a request was not heard: then nothing is signed.
    std::string not_heard(const http::ClientResult& answer) {
        EXPECT_EQ(status_of(answer), 200);
        const Value record = channel::xml_decode(answer.value().body).value();
        EXPECT_EQ(record.text_or_empty("return_code"), "FAIL") << to_json(record);
        EXPECT_EQ(record.find("sign"), nullptr);
        return std::string(record.text_or_empty("return_msg"));
    }
    http::ClientResult post(const std::string& body) {
        return http::fetch(
            client_, {.method = "POST", .url = psp_->url() + kPay, .headers = {}, .body = body}
        );
    }
    http::ClientResult over_v3(const std::string& number) {
        return call(
            {.method = "POST",
             .target = "/v3/pay/transactions/out-trade-no/" + number + "/reverse",
             .body = R"({"appid":"wxd678efh567hg6787","mchid":"1900000109"})"}
        );
    }

    static std::string sign_of(Value record, const std::string& sign_type) {
        std::ranges::sort(*record.as_object(), {}, &ValueMember::first);
        std::string text;
        for (const auto& [name, value] : *record.as_object()) {
            if (name != "sign" && !value.as_text()->empty()) {
                text += name + "=" + *value.as_text() + "&";
            }
        }
        text += "key=" + std::string(kApiV2Key);
        std::string sign =
            sign_type == "HMAC-SHA256"
                ? channel::hmac_sha256_hex(Secret<std::string>(std::string(kApiV2Key)), text)
                : channel::md5_hex(text);
        std::ranges::transform(sign, sign.begin(), [](char c) {
            return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        return sign;
    }
};

TEST_F(WechatV2Till, TakesACodeAndTellsOfIt) {
    const Value paid = told({.members = order("V2-000001")});
    const Value known = told({.path = kQuery, .members = about("V2-000001")});

    EXPECT_EQ(paid.text_or_empty("result_code"), "SUCCESS");
    EXPECT_EQ(paid.text_or_empty("total_fee"), "1234");
    EXPECT_EQ(paid.text_or_empty("out_trade_no"), "V2-000001");
    EXPECT_EQ(paid.text_or_empty("trade_type"), "MICROPAY");
    EXPECT_EQ(paid.text_or_empty("time_end"), "20260101080000");
    EXPECT_EQ(known.text_or_empty("trade_state"), "SUCCESS");
    EXPECT_EQ(known.text_or_empty("transaction_id"), paid.text_or_empty("transaction_id"));
    EXPECT_EQ(booked("V2-000001").int_or("payments", 0), 1);
}

TEST_F(WechatV2Till, SignsAsItIsAsked) {
    for (const char* sign_type : {"MD5", "HMAC-SHA256", ""}) {
        EXPECT_EQ(
            end_of({.path = kQuery, .members = about("V2-000001"), .sign_type = sign_type}),
            "ORDERNOTEXIST"
        );
    }
}

TEST_F(WechatV2Till, HearsNobodyItDoesNotKnow) {
    Value stranger = order("V2-000001");
    stranger.set("mch_id", "1999999999");

    EXPECT_EQ(
        not_heard(send({.members = order("V2-000001"), .signed_more = "0"})), "the sign is wrong"
    );
    EXPECT_EQ(not_heard(send({.members = stranger})), "mch_id is unknown or has no APIv2 key");
    EXPECT_EQ(
        not_heard(send({.members = order("V2-000001"), .sign_type = "SHA1"})),
        "sign_type must be MD5 or HMAC-SHA256"
    );
    EXPECT_EQ(not_heard(post("{}")).find("the XML is no flat record"), 0U);
    EXPECT_EQ(
        not_heard(post("<xml><mch_id>1900000109</mch_id></xml>")),
        "nonce_str must have 1 to 32 characters"
    );
    EXPECT_EQ(
        not_heard(http::fetch(client_, {.method = "GET", .url = psp_->url() + kQuery})),
        "the method must be POST"
    );
    EXPECT_EQ(status_of(send({.path = "/pay/unifiedorder"})), 404);
    EXPECT_TRUE(booked("V2-000001").is_null());
}

TEST_F(WechatV2Till, RefusesWhatIsWrongWithAnOrder) {
    struct Row {
        const char* member;
        Value value;
        const char* code;
    };
    for (const Row& row : {
             Row{"auth_code", "934567890123456789", "AUTH_CODE_INVALID"},
             Row{"auth_code", "", "LACK_PARAMS"},
             Row{"spbill_create_ip", "", "LACK_PARAMS"},
             Row{"total_fee", "0", "PARAM_ERROR"},
             Row{"total_fee", "12.34", "PARAM_ERROR"},
             Row{"fee_type", "USD", "PARAM_ERROR"},
             Row{"out_trade_no", "V2", "PARAM_ERROR"},
             Row{"body", std::string(129, 'x'), "PARAM_ERROR"},
             Row{"notify_url", "https://a.example/", "PARAM_ERROR"},
             Row{"appid", "wx0000000000000000", "APPID_MCHID_NOT_MATCH"},
         }) {
        Value wrong = order("V2-000001");
        wrong.set(row.member, row.value);

        EXPECT_EQ(end_of({.members = wrong}), row.code) << row.member;
    }
    EXPECT_TRUE(booked("V2-000001").is_null());
}

TEST_F(WechatV2Till, KnowsNumbersAndCodesThatWereUsed) {
    Value other = order("V2-000001");
    other.set("total_fee", "1235");

    EXPECT_EQ(end_of({.members = order("V2-000001")}), "SUCCESS");
    EXPECT_EQ(end_of({.members = order("V2-000001")}), "ORDERPAID");
    EXPECT_EQ(end_of({.members = other}), "ORDERPAID");
    EXPECT_EQ(end_of({.members = order("V2-000002")}), "AUTH_CODE_INVALID");
}

TEST_F(WechatV2Till, ReversesWhatIsPaidAndWhatIsNot) {
    Value large = order("V2-000002", "134567890123456780");
    large.set("total_fee", "200000");
    EXPECT_EQ(end_of({.members = order("V2-000001")}), "SUCCESS");
    EXPECT_EQ(end_of({.members = large}), "USERPAYING");
    EXPECT_EQ(
        told({.path = kQuery, .members = about("V2-000002")}).text_or_empty("trade_state"), "NOTPAY"
    );

    for (const char* number : {"V2-000001", "V2-000002", "V2-000001"}) {
        const Value undone = told({.path = kReverse, .members = about(number)});
        EXPECT_EQ(undone.text_or_empty("result_code"), "SUCCESS") << number;
        EXPECT_EQ(undone.text_or_empty("recall"), "N");
        EXPECT_EQ(
            told({.path = kQuery, .members = about(number)}).text_or_empty("trade_state"), "REVOKED"
        );
    }
    EXPECT_EQ(booked("V2-000001").int_or("refunded_amount", 0), 1234);
    EXPECT_EQ(end_of({.path = kReverse, .members = about("V2-000009")}), "ORDERNOTEXIST");
}

TEST_F(WechatV2Till, EndsNoOrderOfTheOtherApi) {
    EXPECT_EQ(end_of({.members = order("V2-000001")}), "SUCCESS");
    EXPECT_EQ(status_of(create("V3-000001")), 200);

    EXPECT_EQ(refusal_of(over_v3("V2-000001")), "400 INVALID_REQUEST");
    EXPECT_EQ(end_of({.path = kReverse, .members = about("V3-000001")}), "INVALID_REQUEST");
    EXPECT_EQ(booked("V2-000001").text_or_empty("trade_state"), "SUCCESS");
}

TEST_F(WechatV2Till, MisbehavesAsItIsOrdered) {
    const V2Message asks{.path = kQuery, .members = about("V2-000001")};
    EXPECT_EQ(end_of({.members = order("V2-000001")}), "SUCCESS");

    order_fault(R"({"operation":"query","kind":"not_found"})");
    EXPECT_EQ(end_of(asks), "ORDERNOTEXIST");
    order_fault(R"({"operation":"query","kind":"wrong_amount"})");
    EXPECT_EQ(told(asks).text_or_empty("total_fee"), "1235");
    order_fault(R"({"operation":"query","kind":"wrong_merchant"})");
    EXPECT_EQ(told(asks).text_or_empty("mch_id"), "1999999999");
    order_fault(R"({"operation":"query","kind":"wrong_number"})");
    EXPECT_EQ(told(asks).text_or_empty("out_trade_no"), "V2-000000");
    order_fault(R"({"operation":"query","kind":"status_5xx"})");
    EXPECT_EQ(end_of(asks), "SYSTEMERROR");
    order_fault(R"({"operation":"query","kind":"status_5xx","value":503})");
    EXPECT_EQ(status_of(send(asks)), 503);
    order_fault(R"({"operation":"query","kind":"drop_after"})");
    EXPECT_EQ(status_of(send(asks)), 0);
    order_fault(R"({"operation":"create","kind":"refused"})");
    EXPECT_EQ(end_of({.members = order("V2-000002", "134567890123456780")}), "RULELIMIT");
    order_fault(R"({"operation":"close","kind":"status_5xx"})");
    EXPECT_EQ(told({.path = kReverse, .members = about("V2-000001")}).text_or_empty("recall"), "Y");
    order_fault(R"({"operation":"query","kind":"bad_signature"})");
    const Value forged = channel::xml_decode(send(asks).value().body).value();
    EXPECT_NE(forged.text_or_empty("sign"), sign_of(forged, "HMAC-SHA256"));
    EXPECT_EQ(forged.text_or_empty("trade_state"), "SUCCESS");
}

}  // namespace
}  // namespace sluice::simulator::testing
