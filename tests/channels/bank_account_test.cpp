// What the bank tells of an account: a day's statement, line by line, and what is on it.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/account_balance.hpp"
#include "channel/bill_download.hpp"
#include "channel/crypto.hpp"
#include "channels/bank_world.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string recorded_statement() { return source_text("tests/channels/bills/bank_statement.csv"); }

std::string changed(std::string text, std::string_view from, std::string_view to) {
    const std::size_t place = text.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    return text.replace(place, from.size(), to);
}

class BankStatement : public ::testing::Test {
  protected:
    Result<Bill> read(std::string_view text) {
        return parse_bill(text, registry_->find_adapter("bank")->bills.at("statement").layout);
    }
    BillDownload begin() {
        return BillDownload::make(
                   {registry_->find_adapter("bank"),
                    *registry_->find_account({"bank", "main"}),
                    clock_},
                   {"statement", std::string(kStatementDay)},
                   "nonceofthequestion"
        )
            .value();
    }
    /// The bank's signed answer to where the file is that has this content.
    static http::Response place_of(const std::string& content) {
        const std::string body = to_json(ValueObject{
            {"account", kBankAccount},
            {"day", kStatementDay},
            {"file", bank_path("statement") + "/file"},
            {"sha256", sha256_hex(content)}
        });
        return {200, bank_headers("good", {"200", bank_path("statement")}, body), body};
    }

    const RegistryPtr registry_ = bank_registry();
    const ManualClock clock_{test_now()};
};

TEST_F(BankStatement, TellsWhatEveryLineWasAndWhatStoodThereAfterIt) {
    const auto bill = read(recorded_statement());

    ASSERT_TRUE(bill) << bill.error().message;
    EXPECT_THAT(bill->problems, IsEmpty());
    ASSERT_THAT(bill->lines, SizeIs(6));
    std::vector<BillLineKind> kinds;
    for (const BillLine& line : bill->lines) {
        kinds.push_back(line.kind);
    }
    EXPECT_THAT(
        kinds,
        ElementsAre(
            BillLineKind::income,
            BillLineKind::payment,
            BillLineKind::payout,
            BillLineKind::fee,
            BillLineKind::payout_return,
            BillLineKind::expense
        )
    );
    const BillLine& paid_out = bill->lines[2];
    EXPECT_EQ(paid_out.number, kNumber);
    EXPECT_EQ(paid_out.reference, "PO202601012000000100000001");
    EXPECT_EQ(paid_out.amount, Money(5000, cny())) << "the kind says the direction";
    EXPECT_EQ(paid_out.balance, Money(202000, cny()));
    EXPECT_EQ(format_rfc3339(paid_out.at), "2026-01-01T01:10:00Z");
}

TEST_F(BankStatement, ShowsThatALineIsMissingOrWrong) {
    const std::string text = recorded_statement();
    const std::size_t fee = text.find("2026-01-01 09:10:01");
    const std::size_t after = text.find("2026-01-01 17:30:00");

    EXPECT_THAT(
        read(text.substr(0, fee) + text.substr(after))->problems,
        ElementsAre("line 5: the balance is 2069.50, wanted 2070.00 after the line before")
    );
    EXPECT_THAT(
        read(changed(text, "-50.00", "50.00"))->problems,
        ElementsAre("line 4: the balance is 2020.00, wanted 2120.00 after the line before")
    );
}

TEST_F(BankStatement, HoldsNoBalanceAgainstALineThatCouldNotBeRead) {
    const auto bill = read(changed(recorded_statement(), "-0.50", "none"));

    ASSERT_TRUE(bill);
    EXPECT_THAT(bill->problems, ElementsAre("line 5: 'none' is no amount"));
    EXPECT_THAT(bill->lines, SizeIs(5));
}

TEST_F(BankStatement, MayGoBelowZero) {
    const auto bill = read(
        "booked_at,kind,request_number,bank_number,amount,balance\n"
        "2026-01-01 08:00:30,FEE,,ST000000001,-0.50,-0.30\n"
        "2026-01-01 08:00:31,CREDIT,,ST000000002,0.30,0.00\n"
    );

    ASSERT_TRUE(bill) << bill.error().message;
    EXPECT_THAT(bill->problems, IsEmpty());
    EXPECT_EQ(bill->lines.front().balance, Money(-30, cny()));
}

TEST_F(BankStatement, IsNotReadWithoutTheBalancesThatShowWhatIsMissing) {
    const auto bill = read(
        "booked_at,kind,request_number,bank_number,amount\n"
        "2026-01-01 08:00:30,CREDIT,,ST000000001,1000.00\n"
    );

    ASSERT_FALSE(bill);
    EXPECT_THAT(bill.error().message, HasSubstr("has no column 'balance'"));
}

TEST_F(BankStatement, IsFetchedFromTheSignedPlaceAndBelievedByItsHash) {
    const std::string day = recorded_statement();
    BillDownload download = begin();
    EXPECT_EQ(download.request().url, "http://127.0.0.1:9/bank/v1/statements/2026-01-01");

    ASSERT_FALSE(download.take(place_of(day), "nonceofthesecond"));
    EXPECT_EQ(download.request().url, "http://127.0.0.1:9/bank/v1/statements/2026-01-01/file");
    EXPECT_EQ(download.request().headers.get_or_empty("Bank-Nonce"), "nonceofthesecond");
    const auto answer = download.take(http::Response{200, {}, day}, "nonceofthethird");

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->state, BillState::found) << answer->message;
    EXPECT_THAT(answer->bill.lines, SizeIs(6));
}

TEST_F(BankStatement, IsNotBelievedWhenItIsAnotherFile) {
    BillDownload download = begin();
    ASSERT_FALSE(download.take(place_of(recorded_statement()), "nonceofthesecond"));

    const auto answer = download.take(
        http::Response{200, {}, changed(recorded_statement(), "-50.00", "-60.00")},
        "nonceofthethird"
    );

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->state, BillState::unknown);
    EXPECT_EQ(answer->code, "FILE_NOT_READ");
    EXPECT_THAT(answer->message, HasSubstr("hash"));
}

class BankBalance : public ::testing::Test {
  protected:
    static Result<BalanceQuestion> ask(const RegistryPtr& registry, const std::string& channel) {
        return BalanceQuestion::make(
            {registry->find_adapter(channel),
             *registry->find_account({channel, "main"}),
             {test_now(), "nonceofthequestion"}}
        );
    }
    static http::Response told(std::string_view signature, const std::string& as_of) {
        const std::string body = to_json(ValueObject{
            {"account", kBankAccount}, {"currency", "CNY"}, {"available", 94321}, {"as_of", as_of}
        });
        return {200, bank_headers(signature, {"200", bank_path("balance")}, body), body};
    }
};

TEST_F(BankBalance, IsWhatTheBankSignedAndItsTime) {
    auto question = ask(bank_registry(), "bank");
    ASSERT_TRUE(question) << question.error().message;
    EXPECT_EQ(question->request().url, "http://127.0.0.1:9/bank/v1/balance");

    const auto balance = question->read(told("good", "2026-01-01T08:00:00+08:00"));

    ASSERT_TRUE(balance) << balance.error().message;
    EXPECT_EQ(balance->available, Money(94321, cny()));
    EXPECT_EQ(format_rfc3339(balance->as_of), "2026-01-01T00:00:00Z");
}

TEST_F(BankBalance, IsNotKnownByAnythingElse) {
    const RegistryPtr registry = bank_registry();
    const std::string refusal = R"({"code":"SYSTEM_ERROR","message":"later"})";
    const std::string lie = R"({"code":"00112233445566778899aabbccddeeff","message":""})";
    struct Row {
        http::ClientResult answer;
        std::string why;
    };
    const std::vector<Row> rows{
        {told("none", "2026-01-01T08:00:00+08:00"), "SIGNATURE_MISSING"},
        {told("wrong", "2026-01-01T08:00:00+08:00"), "SIGNATURE_INVALID"},
        {told("good", "yesterday"), "adapter_failed"},
        {http::Response{500, bank_headers("good", {"500", bank_path("balance")}, refusal), refusal},
         "SYSTEM_ERROR"},
        {http::Response{404, {}, ""}, "SIGNATURE_MISSING"},
        {http::Response{401, {}, lie}, "***"},
    };
    for (const Row& row : rows) {
        const auto balance = ask(registry, "bank")->read(row.answer);

        ASSERT_FALSE(balance) << row.why;
        EXPECT_EQ(balance.error().code, ErrorCode::unavailable);
        EXPECT_EQ(balance.error().message, "the balance of 'main' is not known: " + row.why);
    }
}

TEST_F(BankBalance, IsNotAskedOfAChannelThatTellsNone) {
    const auto question = ask(wechatpay_registry(wechatpay_account()), "wechatpay");

    ASSERT_FALSE(question);
    EXPECT_EQ(question.error().code, ErrorCode::conflict);
    EXPECT_EQ(question.error().context, kBalanceNotTold);
}

TEST_F(BankBalance, NeedsBothOfItsFunctions) {
    auto files =
        read_adapter_folder(std::filesystem::path(SLUICE_SOURCE_DIR) / "channels" / "bank").value();
    files.script = changed(
        files.script,
        "balance = BALANCE_QUESTION",
        "balance = { request = BALANCE_QUESTION.request }"
    );

    const auto adapter = make_adapter(files);

    ASSERT_FALSE(adapter);
    EXPECT_THAT(adapter.error().message, HasSubstr("balance.response is not a function"));
}

}  // namespace
}  // namespace sluice::channel::testing
