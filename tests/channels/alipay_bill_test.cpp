// A day's bill of Alipay: a signed answer names an address, which anybody could fetch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/bill_download.hpp"
#include "channel/pack.hpp"
#include "channels/alipay_world.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kAddress =
    "http://dwbillcenter.alipay.com/downloadBillFile.resource?bizType=trade&fileId=1";

class AlipayBills : public ::testing::Test {
  protected:
    BillDownload begin() {
        return BillDownload::make(
                   {registry_->find_adapter("alipay"),
                    *registry_->find_account({"alipay", "main"}),
                    clock_},
                   {"trade", "2026-01-01"},
                   "nonce"
        )
            .value();
    }
    static http::Response told(const std::string& node, const std::string& signature = "good") {
        const std::string root = "alipay_data_dataservice_bill_downloadurl_query_response";
        return {200, {}, signed_node({root, node, signature})};
    }
    static http::Response told_address(std::string_view address, const std::string& signature) {
        return told(
            R"({"code":"10000","msg":"Success","bill_download_url":")" + std::string(address) +
                R"("})",
            signature
        );
    }

    const ManualClock clock_{test_now()};
    RegistryPtr registry_ = alipay_registry(alipay_account());
};

TEST_F(AlipayBills, AreFetchedOverTlsWhateverTheirAddressSays) {
    const std::string detail = source_text("tests/channels/bills/alipay_trade_gbk.csv");
    BillDownload download = begin();
    EXPECT_THAT(download.request().body, HasSubstr("bill_date"));

    ASSERT_FALSE(download.take(told_address(kAddress, "good"), "second"));
    EXPECT_EQ(download.request().method, "GET");
    EXPECT_EQ(
        download.request().url,
        "https://dwbillcenter.alipay.com/downloadBillFile.resource?bizType=trade&fileId=1"
    );
    const std::string archive = zipped({{"a.csv", detail}, {"a(\xbb\xe3\xd7\xdc).csv", "sums"}});
    const auto answer = download.take(http::Response{200, {}, archive}, "third");

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->state, BillState::found) << answer->message;
    EXPECT_THAT(answer->bill.lines, SizeIs(2));
    EXPECT_THAT(answer->bill.problems, IsEmpty());
}

TEST_F(AlipayBills, AreOfNoAddressThatIsUnsignedOrForeign) {
    for (const char* signature : {"none", "wrong"}) {
        const auto answer = begin().take(told_address(kAddress, signature), "second");
        ASSERT_TRUE(answer) << signature;
        EXPECT_EQ(answer->state, BillState::unknown) << signature;
    }
    const auto foreign = begin().take(told_address("https://evil.example/a", "good"), "second");
    ASSERT_TRUE(foreign);
    EXPECT_EQ(foreign->state, BillState::unknown);
}

TEST_F(AlipayBills, TellAnEmptyDayFromOneThatIsNotReady) {
    struct Row {
        const char* code;
        const char* word;
        BillState state;
    };
    for (const Row& row : {
             Row{"40004", "isp.NO_BILL_DATA", BillState::empty},
             Row{"40004", "BILL_NOT_EXIST", BillState::empty},
             Row{"40004", "SYSTEM_RATE_LIMIT", BillState::not_ready},
             Row{"40005", "isv.app-call-limited", BillState::not_ready},
             Row{"40006", "isv.insufficient-isv-permissions", BillState::config},
             Row{"40004", "SOMETHING_NEW", BillState::unknown},
             Row{"20000", "isp.unknow-error", BillState::unknown},
         }) {
        const std::string node = R"({"code":")" + std::string(row.code) +
                                 R"(","msg":"m","sub_code":")" + row.word +
                                 R"(","sub_msg":"recorded"})";
        const auto answer = begin().take(told(node), "second");
        ASSERT_TRUE(answer) << row.word;
        EXPECT_EQ(answer->state, row.state) << row.word;
    }
}

}  // namespace
}  // namespace sluice::channel::testing
