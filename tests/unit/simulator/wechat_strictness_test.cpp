// Transfers and payers' codes at WeChat Pay: every member that is missing or wrong is refused by
// its name, and nothing comes of it.
#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "unit/simulator/psp_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

constexpr const char* kParamError = "400 PARAM_ERROR";
constexpr const char* kTransferNumber = "01KDXW2E8B5F7M9Q3T6V8X0Z2C";
/// From here on a transfer names its payee.
constexpr std::int64_t kBig = 200'000;

/// What is done to a batch's only detail.
Bend in_detail(const Bend& bend) {
    return [=](Value& body) {
        Value detail = body.find("transfer_detail_list")->as_array()->front();
        bend(detail);
        body.set("transfer_detail_list", ValueArray{detail});
    };
}

Bend both(const Bend& first, const Bend& second) {
    return [=](Value& body) {
        first(body);
        second(body);
    };
}

/// The payee's name, encrypted for whoever has the private key.
std::string name_for(const channel::RsaKeyPair& keys) {
    return channel::rsa_oaep_sha1_encrypt(keys.public_key, "张三").value();
}

void name_for_another(Value& body) { body.set("user_name", name_for(TestKeys::get().merchant)); }

std::string field_of(const http::ClientResult& answer) {
    const Value body = body_of(answer);
    const Value* detail = body.find("detail");
    return detail == nullptr ? "" : std::string(detail->text_or_empty("field"));
}

struct BadMember {
    const char* name;
    Bend bend;
    const char* field;  ///< "": the refusal names none
    const char* refusal = kParamError;
};

class WechatStrictness : public PspTest {
  protected:
    http::ClientResult post(const std::string& target, const Value& body) {
        return call({.method = "POST", .target = target, .body = to_json(body)});
    }
    http::ClientResult send_bill(const Value& body) {
        return post("/v3/fund-app/mch-transfer/transfer-bills", body);
    }
    http::ClientResult send_batch(const Value& body) { return post("/v3/transfer/batches", body); }
    http::ClientResult send_code(const Value& body) {
        return post("/v3/pay/transactions/codepay", body);
    }

    /// The members of calls that the channel accepts.
    [[nodiscard]] Value bill() const {
        const Value info(ValueObject{{"info_type", "岗位类型"}, {"info_content", "外卖员"}});
        return Value(ValueObject{
            {"appid", kAppid},
            {"out_bill_no", kTransferNumber},
            {"transfer_scene_id", "1005"},
            {"openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
            {"transfer_amount", 5000},
            {"transfer_remark", "报酬"},
            {"notify_url", receiver_.url()},
            {"transfer_scene_report_infos", ValueArray{info}}
        });
    }
    [[nodiscard]] Value batch() const {
        const Value detail(ValueObject{
            {"out_detail_no", kTransferNumber},
            {"transfer_amount", 5000},
            {"transfer_remark", "报酬"},
            {"openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}
        });
        return Value(ValueObject{
            {"appid", kAppid},
            {"out_batch_no", kTransferNumber},
            {"batch_name", "报酬"},
            {"batch_remark", "报酬"},
            {"total_amount", 5000},
            {"total_num", 1},
            {"transfer_scene_id", "1005"},
            {"notify_url", receiver_.url()},
            {"transfer_detail_list", ValueArray{detail}}
        });
    }
    [[nodiscard]] Value code() const {
        const Value store(ValueObject{{"out_id", "till-1"}});
        Value body = create_body(kOrderNumber, 1234);
        erase(body, "notify_url");
        body.set("payer", Value(ValueObject{{"auth_code", "134567890123456789"}}));
        body.set("scene_info", Value(ValueObject{{"store_info", store}}));
        return body;
    }

    /// What the merchant's balance for transfers was used for, in fen.
    std::int64_t transferred() {
        const Value books = body_of(control("/sim/wechat/books?mchid=" + std::string(kMchid)));
        const Value* accounts = books.find("accounts");
        const bool is_one = accounts != nullptr && accounts->as_array()->size() == 1;
        EXPECT_TRUE(is_one) << to_json(books);
        return is_one ? accounts->as_array()->front().int_or("used_today", -1) : -1;
    }
};

TEST_F(WechatStrictness, AcceptsWhatTheRowsBelowBend) {
    EXPECT_EQ(status_of(send_bill(bill())), 200);
    EXPECT_EQ(transferred(), 5000);
    restart();
    EXPECT_EQ(status_of(send_batch(batch())), 200);
    EXPECT_EQ(transferred(), 5000);
    EXPECT_EQ(body_of(send_code(code())).text_or_empty("trade_state"), "SUCCESS");
}

TEST_F(WechatStrictness, AcceptsALargeTransferWithANameThatItCanRead) {
    const Bend named = with("user_name", name_for(TestKeys::get().platform));
    Value large_bill = bill();
    both(with("transfer_amount", kBig), named)(large_bill);
    EXPECT_EQ(status_of(send_bill(large_bill)), 200);
    restart();
    Value large_batch = batch();
    both(with("total_amount", kBig), in_detail(both(with("transfer_amount", kBig), named)))(
        large_batch
    );
    EXPECT_EQ(status_of(send_batch(large_batch)), 200);
    EXPECT_EQ(transferred(), kBig);
}

class WechatRefusesBills : public WechatStrictness,
                           public ::testing::WithParamInterface<BadMember> {};

TEST_P(WechatRefusesBills, AndNamesTheField) {
    Value body = bill();
    GetParam().bend(body);

    const auto answer = send_bill(body);

    EXPECT_EQ(refusal_of(answer), GetParam().refusal);
    EXPECT_EQ(field_of(answer), GetParam().field);
    EXPECT_EQ(transferred(), 0);
}

Value infos_of(const char* type, const char* content) {
    const Value one(ValueObject{{"info_type", type}, {"info_content", content}});
    return Value(ValueArray{one});
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    WechatRefusesBills,
    ::testing::Values(
        BadMember{"NoAppid", without("appid"), "/appid"},
        BadMember{"OtherAppid", with("appid", "wx0000000000000000"), "/appid"},
        BadMember{"NoNumber", without("out_bill_no"), "/out_bill_no"},
        BadMember{"EmptyNumber", with("out_bill_no", ""), "/out_bill_no"},
        BadMember{"LongNumber", with("out_bill_no", std::string(33, '1')), "/out_bill_no"},
        BadMember{"NoTextAsNumber", with("out_bill_no", 17), "/out_bill_no"},
        BadMember{"NoOpenid", without("openid"), "/openid"},
        BadMember{"EmptyOpenid", with("openid", ""), "/openid"},
        BadMember{"LongOpenid", with("openid", std::string(129, '1')), "/openid"},
        BadMember{"NoTextAsOpenid", with("openid", 17), "/openid"},
        BadMember{"NoScene", without("transfer_scene_id"), "/transfer_scene_id"},
        BadMember{"EmptyScene", with("transfer_scene_id", ""), "/transfer_scene_id"},
        BadMember{
            "LongScene", with("transfer_scene_id", std::string(37, '1')), "/transfer_scene_id"
        },
        BadMember{"NoTextAsScene", with("transfer_scene_id", 17), "/transfer_scene_id"},
        BadMember{"NoRemark", without("transfer_remark"), "/transfer_remark"},
        BadMember{"EmptyRemark", with("transfer_remark", ""), "/transfer_remark"},
        BadMember{"LongRemark", with("transfer_remark", std::string(33, '1')), "/transfer_remark"},
        BadMember{"NoTextAsRemark", with("transfer_remark", 17), "/transfer_remark"},
        BadMember{"NotifyWithQuery", with("notify_url", "https://a.example/n?x=1"), "/notify_url"},
        BadMember{"NotifyWithoutScheme", with("notify_url", "a.example/n"), "/notify_url"},
        BadMember{"NoAmount", without("transfer_amount"), "/transfer_amount"},
        BadMember{"ZeroAmount", with("transfer_amount", 0), "/transfer_amount"},
        BadMember{"NegativeAmount", with("transfer_amount", -5000), "/transfer_amount"},
        BadMember{"FractionAmount", with("transfer_amount", 50.5), "/transfer_amount"},
        BadMember{"TextAmount", with("transfer_amount", "5000"), "/transfer_amount"},
        BadMember{"TooSmallAmount", with("transfer_amount", 9), "/transfer_amount"},
        BadMember{"LargeAmountWithoutName", with("transfer_amount", kBig), "/user_name"},
        BadMember{"NameInTheClear", with("user_name", "张三"), "/user_name"},
        BadMember{"NameForAnotherKey", name_for_another, "/user_name"},
        BadMember{
            "NoInfos", without("transfer_scene_report_infos"), "/transfer_scene_report_infos"
        },
        BadMember{
            "EmptyInfos",
            with("transfer_scene_report_infos", ValueArray{}),
            "/transfer_scene_report_infos"
        },
        BadMember{
            "TextInfos",
            with("transfer_scene_report_infos", "外卖员"),
            "/transfer_scene_report_infos"
        },
        BadMember{
            "InfoWithoutType",
            with("transfer_scene_report_infos", infos_of("", "外卖员")),
            "/transfer_scene_report_infos"
        },
        BadMember{
            "InfoWithoutContent",
            with("transfer_scene_report_infos", infos_of("岗位类型", "")),
            "/transfer_scene_report_infos"
        }
    ),
    [](const auto& row) { return row.param.name; }
);

class WechatRefusesBatches : public WechatStrictness,
                             public ::testing::WithParamInterface<BadMember> {};

TEST_P(WechatRefusesBatches, AndNamesTheField) {
    Value body = batch();
    GetParam().bend(body);

    const auto answer = send_batch(body);

    EXPECT_EQ(refusal_of(answer), GetParam().refusal);
    EXPECT_EQ(field_of(answer), GetParam().field);
    EXPECT_EQ(transferred(), 0);
}

void twice_the_detail(Value& body) {
    const Value detail = body.find("transfer_detail_list")->as_array()->front();
    body.set("transfer_detail_list", ValueArray{detail, detail});
}

Bend of_amount(std::int64_t fen) {
    return both(with("total_amount", fen), in_detail(with("transfer_amount", fen)));
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    WechatRefusesBatches,
    ::testing::Values(
        BadMember{"NoAppid", without("appid"), "/appid"},
        BadMember{"OtherAppid", with("appid", "wx0000000000000000"), "/appid"},
        BadMember{"NoNumber", without("out_batch_no"), "/out_batch_no"},
        BadMember{"EmptyNumber", with("out_batch_no", ""), "/out_batch_no"},
        BadMember{"LongNumber", with("out_batch_no", std::string(33, '1')), "/out_batch_no"},
        BadMember{"NoTextAsNumber", with("out_batch_no", 17), "/out_batch_no"},
        BadMember{"NoTitle", without("batch_name"), "/batch_name"},
        BadMember{"EmptyTitle", with("batch_name", ""), "/batch_name"},
        BadMember{"LongTitle", with("batch_name", std::string(33, '1')), "/batch_name"},
        BadMember{"NoTextAsTitle", with("batch_name", 17), "/batch_name"},
        BadMember{"NoRemark", without("batch_remark"), "/batch_remark"},
        BadMember{"EmptyRemark", with("batch_remark", ""), "/batch_remark"},
        BadMember{"LongRemark", with("batch_remark", std::string(33, '1')), "/batch_remark"},
        BadMember{"NoTextAsRemark", with("batch_remark", 17), "/batch_remark"},
        BadMember{"NotifyWithQuery", with("notify_url", "https://a.example/n?x=1"), "/notify_url"},
        BadMember{"NoAmount", without("total_amount"), "/total_amount"},
        BadMember{"ZeroAmount", with("total_amount", 0), "/total_amount"},
        BadMember{"FractionAmount", with("total_amount", 50.5), "/total_amount"},
        BadMember{"TextAmount", with("total_amount", "5000"), "/total_amount"},
        BadMember{"NoCount", without("total_num"), "/transfer_detail_list"},
        BadMember{"OtherCount", with("total_num", 2), "/transfer_detail_list"},
        BadMember{"NoDetails", without("transfer_detail_list"), "/transfer_detail_list"},
        BadMember{
            "EmptyDetails", with("transfer_detail_list", ValueArray{}), "/transfer_detail_list"
        },
        BadMember{"TwoDetails", twice_the_detail, "/transfer_detail_list"},
        BadMember{
            "TextDetail", with("transfer_detail_list", ValueArray{Value("x")}), "/out_detail_no"
        },
        BadMember{"NoDetailNumber", in_detail(without("out_detail_no")), "/out_detail_no"},
        BadMember{"EmptyDetailNumber", in_detail(with("out_detail_no", "")), "/out_detail_no"},
        BadMember{
            "LongDetailNumber",
            in_detail(with("out_detail_no", std::string(33, '1'))),
            "/out_detail_no"
        },
        BadMember{"NoTextAsDetailNumber", in_detail(with("out_detail_no", 17)), "/out_detail_no"},
        BadMember{"NoOpenid", in_detail(without("openid")), "/openid"},
        BadMember{"EmptyOpenid", in_detail(with("openid", "")), "/openid"},
        BadMember{"LongOpenid", in_detail(with("openid", std::string(129, '1'))), "/openid"},
        BadMember{"NoTextAsOpenid", in_detail(with("openid", 17)), "/openid"},
        BadMember{"NoDetailRemark", in_detail(without("transfer_remark")), "/transfer_remark"},
        BadMember{"EmptyDetailRemark", in_detail(with("transfer_remark", "")), "/transfer_remark"},
        BadMember{
            "LongDetailRemark",
            in_detail(with("transfer_remark", std::string(33, '1'))),
            "/transfer_remark"
        },
        BadMember{
            "NoTextAsDetailRemark", in_detail(with("transfer_remark", 17)), "/transfer_remark"
        },
        BadMember{"NoDetailAmount", in_detail(without("transfer_amount")), "/transfer_amount"},
        BadMember{
            "OtherDetailAmount", in_detail(with("transfer_amount", 4999)), "/transfer_amount"
        },
        BadMember{
            "TextDetailAmount", in_detail(with("transfer_amount", "5000")), "/transfer_amount"
        },
        BadMember{"TooSmallAmount", of_amount(29), "/transfer_amount"},
        BadMember{"LargeAmountWithoutName", of_amount(kBig), "/user_name"},
        BadMember{"NameInTheClear", in_detail(with("user_name", "张三")), "/user_name"},
        BadMember{"NameForAnotherKey", in_detail(name_for_another), "/user_name"}
    ),
    [](const auto& row) { return row.param.name; }
);

class WechatRefusesCodes : public WechatStrictness,
                           public ::testing::WithParamInterface<BadMember> {};

TEST_P(WechatRefusesCodes, AndNamesTheField) {
    Value body = code();
    GetParam().bend(body);

    const auto answer = send_code(body);

    EXPECT_EQ(refusal_of(answer), GetParam().refusal);
    EXPECT_EQ(field_of(answer), GetParam().field);
    EXPECT_TRUE(booked(kOrderNumber).is_null());
}

Value amount(Value total, Value currency) {
    return Value(ValueObject{{"total", std::move(total)}, {"currency", std::move(currency)}});
}

Value shown(const std::string& code) { return Value(ValueObject{{"auth_code", code}}); }

Value store(const char* member, const std::string& id) {
    const Value place(ValueObject{{member, id}});
    return Value(ValueObject{{"store_info", place}});
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    WechatRefusesCodes,
    ::testing::Values(
        BadMember{"NoMchid", without("mchid"), "/mchid"},
        BadMember{"OtherMchid", with("mchid", "1900000110"), "/mchid"},
        BadMember{"NoAppid", without("appid"), "", "400 APPID_MCHID_NOT_MATCH"},
        BadMember{
            "OtherAppid", with("appid", "wx0000000000000000"), "", "400 APPID_MCHID_NOT_MATCH"
        },
        BadMember{"NoDescription", without("description"), "/description"},
        BadMember{"EmptyDescription", with("description", ""), "/description"},
        BadMember{"LongDescription", with("description", std::string(128, '1')), "/description"},
        BadMember{"NoTextAsDescription", with("description", 17), "/description"},
        BadMember{"NoNumber", without("out_trade_no"), "/out_trade_no"},
        BadMember{"EmptyNumber", with("out_trade_no", ""), "/out_trade_no"},
        BadMember{"LongNumber", with("out_trade_no", std::string(33, '1')), "/out_trade_no"},
        BadMember{"NoTextAsNumber", with("out_trade_no", 17), "/out_trade_no"},
        BadMember{"ShortNumber", with("out_trade_no", "SL123"), "/out_trade_no"},
        BadMember{"StrangeNumber", with("out_trade_no", "SL 123456"), "/out_trade_no"},
        BadMember{"LongAttach", with("attach", std::string(129, '1')), "/attach"},
        BadMember{"NoTextAsAttach", with("attach", 17), "/attach"},
        BadMember{"LongGoodsTag", with("goods_tag", std::string(33, '1')), "/goods_tag"},
        BadMember{"NoAmount", without("amount"), "/amount/total"},
        BadMember{"ZeroAmount", with("amount", amount(0, "CNY")), "/amount/total"},
        BadMember{"FractionAmount", with("amount", amount(1.5, "CNY")), "/amount/total"},
        BadMember{"TextAmount", with("amount", amount("1", "CNY")), "/amount/total"},
        BadMember{"OtherCurrency", with("amount", amount(1, "USD")), "/amount/currency"},
        BadMember{"NoPayer", without("payer"), "/payer/auth_code"},
        BadMember{"EmptyCode", with("payer", shown("")), "/payer/auth_code"},
        BadMember{"LongCode", with("payer", shown(std::string(33, '1'))), "/payer/auth_code"},
        BadMember{
            "ShortCode", with("payer", shown("13456789012345678")), "", "400 AUTH_CODE_INVALID"
        },
        BadMember{
            "CodeOfAnotherChannel",
            with("payer", shown("284567890123456789")),
            "",
            "400 AUTH_CODE_INVALID"
        },
        BadMember{
            "CodeOfNoWallet",
            with("payer", shown("164567890123456789")),
            "",
            "400 AUTH_CODE_INVALID"
        },
        BadMember{
            "LettersInTheCode",
            with("payer", shown("13456789012345678x")),
            "",
            "400 AUTH_CODE_INVALID"
        },
        BadMember{"NoScene", without("scene_info"), "/scene_info/store_info/id"},
        BadMember{
            "EmptyStore", with("scene_info", store("out_id", "")), "/scene_info/store_info/id"
        },
        BadMember{
            "LongStore",
            with("scene_info", store("id", std::string(33, '1'))),
            "/scene_info/store_info/id"
        },
        BadMember{
            "LongStoreOfOurs",
            with("scene_info", store("out_id", std::string(33, '1'))),
            "/scene_info/store_info/out_id"
        },
        BadMember{"WithNotifyUrl", with("notify_url", "https://a.example/n"), "/notify_url"},
        BadMember{"WithExpiry", with("time_expire", "2026-01-02T08:00:00+08:00"), "/notify_url"}
    ),
    [](const auto& row) { return row.param.name; }
);

}  // namespace
}  // namespace sluice::simulator::testing
