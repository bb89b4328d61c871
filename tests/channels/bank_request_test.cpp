#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/crypto.hpp"
#include "channel/evidence.hpp"
#include "channels/bank_world.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

TEST(BankRequest, IsSignedOverWhatIsSent) {
    const RegistryPtr registry = bank_registry();
    AdapterHost host(registry->find_adapter("bank"));

    const auto request = host.build(
        bank_order(Operation::payout),
        *registry->find_account({"bank", "main"}),
        {test_now(), "0123456789abcdef0123456789abcdef"}
    );

    ASSERT_TRUE(request.has_value()) << request.error().message;
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->url, "http://127.0.0.1:9/bank/v1/payouts");
    EXPECT_EQ(
        request->body,
        R"({"amount":5000,"currency":"CNY","notify_url":)"
        R"("https://pay.example.com/callbacks/bank/main","payee":{"account_number":)"
        R"("6222020200112233445","bank_code":"102100099996","name":"张三"},"purpose":"货款",)"
        R"("request_number":"01KDXW2E8B5F7M9Q3T6V8X0Z2C"})"
    );
    const std::string text =
        "POST\n/bank/v1/payouts\n1767225631\n0123456789abcdef0123456789abcdef\n" +
        sha256_hex(request->body) + "\n";
    EXPECT_EQ(
        request->headers.get_or_empty("Bank-Signature"),
        hmac_sha256_hex(Secret(std::string(kBankKey)), text)
    );
}

TEST(BankRequest, TellsItsAuthorHowKeyedHashesAreCalled) {
    struct Row {
        std::string_view call;
        std::string_view expected;
    };
    const std::vector<Row> rows{
        {R"(crypto.hmac_sha256("bank_key"))",
         "crypto.hmac_sha256 wants the name of a secret and a text"},
        {R"(crypto.hmac_sha256("no_key", text))", "channel account 'main' has no key 'no_key'"},
        {"crypto.sha256()", "crypto.sha256 wants a text"},
        {R"(crypto.verify_hmac_sha256("bank_key", text))",
         "crypto.verify_hmac_sha256 wants the name of a secret, a text and a signature"},
        {R"(crypto.verify_hmac_sha256("no_key", text, "00"))",
         "channel account 'main' has no key 'no_key'"}
    };
    for (const Row& row : rows) {
        const RegistryPtr registry =
            bank_registry(R"(crypto.hmac_sha256("bank_key", text))", row.call);
        AdapterHost host(registry->find_adapter("bank"));

        const auto request = host.build(
            bank_order(Operation::payout),
            *registry->find_account({"bank", "main"}),
            {test_now(), "0123456789abcdef0123456789abcdef"}
        );

        ASSERT_FALSE(request.has_value()) << row.call;
        EXPECT_EQ(request.error().code, ErrorCode::script);
        EXPECT_NE(request.error().message.find(row.expected), std::string::npos)
            << request.error().message;
    }
}

TEST(BankRequest, HidesWhoIsPaid) {
    const AdapterPtr adapter = bank_registry()->find_adapter("bank");

    const std::string shown = masked_body(
        R"({"account_number":"6222020200112233445","bank_code":"102100099996","name":"张三"})",
        adapter->masked
    );

    EXPECT_EQ(shown.find("6222"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("张"), std::string::npos) << shown;
    EXPECT_NE(shown.find("102100099996"), std::string::npos) << shown;
}

}  // namespace
}  // namespace sluice::channel::testing
