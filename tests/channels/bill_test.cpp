// Bills as channels write them: every layout, mark, line end and charset, and what is broken.
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/bill_download.hpp"
#include "channel/crypto.hpp"
#include "channel/pack.hpp"
#include "channel/unpack.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kOldHeader =
    "交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,总金额,代金券或立减优惠金额,微信退款单号,商户退款单号,退款金额,"
    "代金券或立减优惠退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率";

AdapterPtr adapter_of(const std::string& channel) {
    auto files =
        read_adapter_folder(std::filesystem::path(SLUICE_SOURCE_DIR) / "channels" / channel);
    return make_adapter(files.value()).value();
}

class BillText : public ::testing::Test {
  protected:
    Result<Bill> read(std::string_view text, const std::string& kind = "trade") {
        return parse_bill(text, adapter_->bills.at(kind).layout);
    }
    /// The recorded bill of a day: a payment of 12.34, of which 2.34 went back.
    [[nodiscard]] static std::string recorded() {
        return source_text("tests/channels/bills/wechatpay_trade.csv");
    }

    const AdapterPtr adapter_ = adapter_of("wechatpay");
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
        text.replace(at, from.size(), to);
        at += to.size();
    }
    return text;
}

void expect_the_recorded_day(const Result<Bill>& bill) {
    ASSERT_TRUE(bill) << bill.error().message;
    EXPECT_THAT(bill->problems, IsEmpty());
    ASSERT_THAT(bill->lines, SizeIs(2));
    const BillLine& paid = bill->lines[0];
    EXPECT_EQ(paid.kind, BillLineKind::payment);
    EXPECT_EQ(paid.number, "SL20260101000001");
    EXPECT_EQ(paid.reference, "4200000000202601010000000001");
    EXPECT_EQ(paid.refund_number, "");
    EXPECT_EQ(paid.amount, Money(1234, cny()));
    EXPECT_EQ(paid.fee_milli_minor, 7000);
    EXPECT_EQ(format_rfc3339(paid.at), "2026-01-01T00:00:30Z");
    const BillLine& back = bill->lines[1];
    EXPECT_EQ(back.kind, BillLineKind::refund);
    EXPECT_EQ(back.refund_number, "RF20260101000001");
    EXPECT_EQ(back.refund_reference, "50300000002026010100000000001");
    EXPECT_EQ(back.amount, Money(234, cny()));
    EXPECT_EQ(back.fee_milli_minor, -1000);
    EXPECT_EQ(back.status, "SUCCESS");
}

TEST_F(BillText, IsReadWhateverItsLineEndsAndItsByteOrderMark) {
    const std::string text = recorded();

    expect_the_recorded_day(read(text));
    expect_the_recorded_day(read(replaced(text, "\r\n", "\n")));
    expect_the_recorded_day(read("\xef\xbb\xbf" + text));
    expect_the_recorded_day(read(text.substr(0, text.size() - 2)));
    expect_the_recorded_day(read(replaced(text, "手续费,费率", " 手续费 ,费率")));
}

TEST_F(BillText, SaysThatThereIsMoreWhereItNamesNoMore) {
    std::string text(kOldHeader);
    for (int i = 0; i < 150; ++i) {
        text += "\n`of no use";
    }

    const auto bill = read(text);

    ASSERT_TRUE(bill) << bill.error().message;
    ASSERT_THAT(bill->problems, SizeIs(101));
    EXPECT_THAT(bill->problems[99], HasSubstr("line 101: "));
    EXPECT_EQ(bill->problems[100], "from line 102 on: more of them");
}

TEST_F(BillText, IsReadByTheNamesOfItsColumns) {
    std::string old(kOldHeader);
    old +=
        "\n`2019-01-01 08:00:30,`wx1,`19,`0,`,`42,`SL1,`o1,`NATIVE,`SUCCESS,`CMC,`CNY,`12.34,`0.00,"
        "`0,`0,`0.00,`0.00,`,`,`a, b,`,`0.07,`0.60%\n";

    const auto bill = read(old);
    const auto more = read(replaced(replaced(recorded(), "备注", "备注,新列"), "\r\n", "\n"));

    ASSERT_TRUE(bill) << bill.error().message;
    ASSERT_THAT(bill->lines, SizeIs(1)) << ::testing::PrintToString(bill->problems);
    EXPECT_EQ(bill->lines[0].amount, Money(1234, cny()));
    EXPECT_EQ(bill->lines[0].number, "SL1") << "a comma inside of a cell does no harm";
    ASSERT_TRUE(more) << more.error().message;
    EXPECT_THAT(more->lines, IsEmpty()) << "the rows miss a cell that the header promises";
    EXPECT_THAT(more->problems, SizeIs(2));
}

TEST_F(BillText, OfADayWithoutAnythingIsEmpty) {
    const std::string text = recorded();

    for (const std::string& day :
         {std::string(),
          std::string("\xef\xbb\xbf"),
          std::string("\r\n"),
          text.substr(0, text.find('\n') + 1)}) {
        const auto bill = read(day);
        ASSERT_TRUE(bill) << bill.error().message;
        EXPECT_THAT(bill->lines, IsEmpty());
        EXPECT_THAT(bill->problems, IsEmpty());
    }
}

TEST_F(BillText, NamesEveryLineThatItCannotRead) {
    struct Row {
        std::string_view from;
        std::string_view to;
        std::string_view problem;
    };
    constexpr std::array<Row, 6> kRows{{
        {"`12.34,`0.00,`\r\n", "`12.345678,`0.00,`\r\n", "line 2: '12.345678' is no amount"},
        {"`12.34,`0.00,`\r\n", "`12.345,`0.00,`\r\n", "line 2: an amount has a fraction"},
        {"`12.34,`0.00,`\r\n", "`1e3,`0.00,`\r\n", "line 2: '1e3' is no amount"},
        {"2026-01-01 08:00:30", "2026-13-01 08:00:30", "line 2: "},
        {"`SUCCESS,`OTHERS", "`FROZEN,`OTHERS", "line 2: the kind 'FROZEN' is new"},
        {"`OTHERS,`CNY,`12.34", "`OTHERS`CNY,`12.34", "line 2: it has 26 cells, wanted 27"},
    }};
    for (const Row& row : kRows) {
        const auto bill = read(replaced(recorded(), row.from, row.to));

        ASSERT_TRUE(bill) << row.problem;
        ASSERT_THAT(bill->problems, SizeIs(1)) << row.problem;
        EXPECT_THAT(bill->problems[0], HasSubstr(std::string(row.problem)));
    }
}

TEST_F(BillText, ThatIsNoneIsCorrupt) {
    for (const char* text : {"<html><body>busy</body></html>", "a,b,c\n`1,`2,`3\n", "{}"}) {
        const auto bill = read(text);
        ASSERT_FALSE(bill) << text;
        EXPECT_EQ(bill.error().code, ErrorCode::corrupt);
    }
}

TEST_F(BillText, OfAnAccountsMoneyHasItsTwoDirections) {
    const auto bill = read(
        "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,"
        "账户结余（元）,"
        "资金变更提交申请人,备注,业务凭证号\n"
        "`2026-01-01 08:00:30,`42,`77,`交易,`交易,`收入,`12.34,`112.34,`system,`,`SL1\n"
        "`2026-01-01 09:00:00,`50,`78,`退款,`退款,`支出,`2.34,`110.00,`1900000109API,`,`RF1\n"
        "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n`2.0,`1.0,`12.34,`1.0,`2.34\n",
        "funds"
    );

    ASSERT_TRUE(bill) << bill.error().message;
    EXPECT_THAT(bill->problems, IsEmpty());
    ASSERT_THAT(bill->lines, SizeIs(2));
    EXPECT_EQ(bill->lines[0].kind, BillLineKind::income);
    EXPECT_EQ(bill->lines[0].refund_reference, "77");
    EXPECT_EQ(bill->lines[1].kind, BillLineKind::expense);
    EXPECT_EQ(bill->lines[1].amount, Money(234, cny()));
}

TEST(BillAmount, IsExact) {
    EXPECT_EQ(parse_milli_minor("12.34").value(), 1'234'000);
    EXPECT_EQ(parse_milli_minor("0.07000").value(), 7'000);
    EXPECT_EQ(parse_milli_minor("-0.00001").value(), -1);
    EXPECT_EQ(parse_milli_minor("+5").value(), 500'000);
    EXPECT_EQ(parse_milli_minor("999999999999.99999").value(), 99'999'999'999'999'999);
    for (const char* wrong :
         {"", "-", ".", ".5", "5.", "1,000.00", "0.000001", "1 2", "9999999999999"}) {
        EXPECT_FALSE(parse_milli_minor(wrong)) << wrong;
    }
}

TEST(PackedFile, IsUnpackedWholeOrNotAtAll) {
    const std::string text(200'000, 'x');
    const std::string packed = gzipped(text);

    EXPECT_EQ(unpack_gzip(packed).value(), text);
    EXPECT_EQ(unpack_gzip(packed + gzipped("more")).value(), text + "more");
    EXPECT_EQ(unpack_gzip(packed, 1000).error().code, ErrorCode::limit);
    EXPECT_EQ(unpack_gzip(packed.substr(0, packed.size() - 5)).error().code, ErrorCode::corrupt);
    EXPECT_EQ(unpack_gzip("").error().code, ErrorCode::corrupt);
    EXPECT_EQ(unpack_gzip("no gzip").error().code, ErrorCode::corrupt);
}

TEST(PackedFile, OfAnArchiveIsHeldAgainstItsChecksum) {
    const std::string archive = zipped({{"a/", ""}, {"a/one.csv", "one"}, {"two.csv", "two two"}});

    const auto files = unpack_zip(archive).value();

    ASSERT_THAT(files, SizeIs(2));
    EXPECT_EQ(files[0].name, "a/one.csv");
    EXPECT_EQ(files[0].content, "one");
    EXPECT_EQ(files[1].content, "two two");
    EXPECT_EQ(unpack_zip(archive, 5).error().code, ErrorCode::limit);
    std::string changed = archive;
    changed[changed.rfind("PK\x01\x02") + 16] ^= 1;
    EXPECT_EQ(unpack_zip(changed).error().code, ErrorCode::corrupt);
    for (std::size_t size = 0; size < archive.size(); ++size) {
        EXPECT_FALSE(unpack_zip(archive.substr(0, size))) << size;
    }
}

/// A download whose answers the test gives.
class BillDownloads : public ::testing::Test {
  protected:
    explicit BillDownloads(ChannelAccountSettings settings = wechatpay_account())
        : registry_(wechatpay_registry(std::move(settings))) {}

    BillDownload begin(const std::string& kind = "trade") {
        return BillDownload::make(
                   {registry_->find_adapter("wechatpay"),
                    *registry_->find_account({"wechatpay", "main"}),
                    clock_},
                   {kind, "2026-01-01"},
                   "nonce"
        )
            .value();
    }
    static http::Response place(const std::string& content) {
        const std::string body = to_json(ValueObject{
            {"download_url", "https://api.mch.weixin.qq.com/v3/billdownload/file?token=abc"},
            {"hash_type", "SHA1"},
            {"hash_value", sha1_hex(content)}
        });
        return {200, signature_headers("good", body), body};
    }
    static http::Response refused(int status, const std::string& code) {
        return {status, {}, R"({"code":")" + code + R"(","message":"recorded"})"};
    }

    const ManualClock clock_{test_now()};
    RegistryPtr registry_;
};

TEST_F(BillDownloads, FetchTheFileThatTheSignedAnswerNames) {
    const std::string day = source_text("tests/channels/bills/wechatpay_trade.csv");
    BillDownload download = begin();
    EXPECT_EQ(
        download.request().url,
        "https://api.mch.weixin.qq.com/v3/bill/"
        "tradebill?bill_type=ALL&bill_date=2026-01-01&tar_type="
        "GZIP"
    );

    ASSERT_FALSE(download.take(place(day), "second"));
    EXPECT_EQ(
        download.request().url, "https://api.mch.weixin.qq.com/v3/billdownload/file?token=abc"
    );
    EXPECT_THAT(
        std::string(download.request().headers.get_or_empty("authorization")),
        HasSubstr("nonce_str=\"second\"")
    );
    const auto answer = download.take(http::Response{200, {}, gzipped(day)}, "third");

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->state, BillState::found) << answer->message;
    EXPECT_THAT(answer->bill.lines, SizeIs(2));
}

TEST_F(BillDownloads, BelieveNoFileButTheOneOfTheHash) {
    for (const std::string& file : {gzipped("another"), std::string("garbage"), std::string()}) {
        BillDownload download = begin();
        ASSERT_FALSE(download.take(place("the file"), "second"));

        const auto answer = download.take(http::Response{200, {}, file}, "third");

        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->state, BillState::unknown);
        EXPECT_EQ(answer->code, "FILE_NOT_READ");
    }
}

TEST_F(BillDownloads, TellAnEmptyDayFromOneThatIsNotReady) {
    struct Row {
        int status;
        const char* code;
        BillState state;
    };
    for (const Row& row : {
             Row{400, "NO_STATEMENT_EXIST", BillState::empty},
             Row{400, "STATEMENT_CREATING", BillState::not_ready},
             Row{429, "FREQUENCY_LIMITED", BillState::not_ready},
             Row{400, "PARAM_ERROR", BillState::config},
             Row{401, "SIGN_ERROR", BillState::config},
             Row{403, "NO_AUTH", BillState::config},
             Row{404, "NO_STATEMENT_EXIST", BillState::unknown},
             Row{400, "SOMETHING_NEW", BillState::unknown},
             Row{500, "NO_STATEMENT_EXIST", BillState::unknown},
         }) {
        BillDownload download = begin("funds");
        const auto answer = download.take(refused(row.status, row.code), "second");
        ASSERT_TRUE(answer) << row.code;
        EXPECT_EQ(answer->state, row.state) << row.status << row.code;
    }
}

TEST_F(BillDownloads, BelieveNoUnsignedPlaceAndNoForeignHost) {
    http::Response unsigned_place = place("x");
    unsigned_place.headers = {};
    BillDownload without = begin();
    EXPECT_EQ(without.take(unsigned_place, "second")->code, "SIGNATURE_MISSING");

    const std::string body =
        R"({"download_url":"https://evil.example/x","hash_type":"SHA1","hash_value":")" +
        std::string(40, '0') + "\"}";
    BillDownload foreign = begin();
    const auto answer =
        foreign.take(http::Response{200, signature_headers("good", body), body}, "second");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->state, BillState::unknown);
    EXPECT_THAT(answer->message, HasSubstr("is not allowed"));
}

TEST_F(BillDownloads, BelieveNoPlaceWithoutTheHashOfItsFile) {
    for (const char* hash : {R"("")", "0", "null", R"("00")"}) {
        const std::string body =
            R"({"download_url":"https://api.mch.weixin.qq.com/x","hash_type":"SHA1",)"
            R"("hash_value":)" +
            std::string(hash) + "}";
        BillDownload download = begin();
        const auto answer =
            download.take(http::Response{200, signature_headers("good", body), body}, "second");
        ASSERT_TRUE(answer) << hash;
        EXPECT_EQ(answer->state, BillState::unknown) << hash;
        EXPECT_EQ(answer->code, "NO_HASH") << hash;
    }
}

TEST_F(BillDownloads, AreOfTheKindsAndDaysThatThereAre) {
    const BillDownload::Parts parts{
        registry_->find_adapter("wechatpay"),
        *registry_->find_account({"wechatpay", "main"}),
        clock_
    };

    EXPECT_FALSE(BillDownload::make(parts, {"dreams", "2026-01-01"}, "nonce"));
    EXPECT_FALSE(BillDownload::make(parts, {"trade", "2026-02-30"}, "nonce"));
    EXPECT_FALSE(BillDownload::make(parts, {"trade", "20260101"}, "nonce"));
}

TEST(AlipayBill, IsAnArchiveInGbkOfWhichTheSummaryIsLeftOut) {
    const std::string detail = source_text("tests/channels/bills/alipay_trade_gbk.csv");
    const AdapterPtr adapter = adapter_of("alipay");
    const BillFile& how = adapter->bills.at("trade");
    const auto text = to_utf8(detail, how.charset);

    const auto bill = parse_bill(text.value(), how.layout);

    EXPECT_EQ(how.packing, BillPacking::zip);
    EXPECT_EQ(how.without, "汇总");
    ASSERT_TRUE(bill) << bill.error().message;
    EXPECT_THAT(bill->problems, IsEmpty());
    ASSERT_THAT(bill->lines, SizeIs(2));
    EXPECT_EQ(bill->lines[0].number, "SL20260101000002") << "the TAB behind it is cut";
    EXPECT_EQ(bill->lines[0].amount, Money(1234, cny()));
    EXPECT_EQ(bill->lines[0].fee_milli_minor, 7000);
    EXPECT_EQ(bill->lines[1].kind, BillLineKind::refund);
    EXPECT_EQ(bill->lines[1].refund_number, "RF20260101000002");
    EXPECT_EQ(bill->lines[1].amount, Money(234, cny())) << "with a minus or without";
    EXPECT_EQ(bill->lines[1].fee_milli_minor, -1000);
}

}  // namespace
}  // namespace sluice::channel::testing
