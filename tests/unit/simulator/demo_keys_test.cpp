#include "simulator/demo_keys.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "channel/crypto.hpp"
#include "core/random.hpp"
#include "simulator/bank_account.hpp"
#include "simulator/merchant.hpp"

namespace sluice::simulator {
namespace {

class DemoKeys : public ::testing::Test {
  protected:
    DemoKeys() {
        SystemRandom random;
        folder_ = std::filesystem::temp_directory_path() / ("sluice_keys_" + random_hex(random, 8));
    }
    ~DemoKeys() override { std::filesystem::remove_all(folder_); }

    SystemClock clock_;
    SeededRandom random_{7};
    std::filesystem::path folder_;
};

TEST_F(DemoKeys, AreWhatTheSimulatorLoads) {
    ASSERT_TRUE(make_demo_keys(folder_, clock_, random_).has_value());

    const auto platform = load_platform(folder_);
    const auto merchants = load_merchants({.list = folder_ / "merchants.json", .keys = folder_});

    ASSERT_TRUE(platform.has_value()) << platform.error().message;
    ASSERT_TRUE(merchants.has_value()) << merchants.error().message;
    EXPECT_TRUE(platform->public_key_id.starts_with("PUB_KEY_ID_"));
    EXPECT_EQ(merchants->front().api_v3_key.reveal().size(), 32U);
    EXPECT_EQ(merchants->front().api_v2_key.reveal().size(), 32U);
    const auto key = channel::PublicKey::from_pem(platform->certificate_pem);
    ASSERT_TRUE(key.has_value());
    const std::string signature = channel::rsa_sha256_sign(platform->private_key, "text");
    EXPECT_TRUE(channel::rsa_sha256_verify(*key, {.message = "text", .signature = signature}));
}

TEST_F(DemoKeys, ContainAnAccountAtTheBank) {
    ASSERT_TRUE(make_demo_keys(folder_, clock_, random_).has_value());

    const auto accounts = load_bank_accounts({.list = folder_ / "merchants.json", .keys = folder_});

    ASSERT_TRUE(accounts.has_value()) << accounts.error().message;
    ASSERT_EQ(accounts->size(), 1U);
    EXPECT_EQ(accounts->front().account, "110060149018");
    EXPECT_EQ(accounts->front().key.reveal().size(), 64U);
    EXPECT_GT(accounts->front().opening_balance, 0);
}

TEST_F(DemoKeys, OfTheBankAreRefusedWhenTheyAreShortOrIncomplete) {
    ASSERT_TRUE(make_demo_keys(folder_, clock_, random_).has_value());
    const MerchantFiles files{.list = folder_ / "merchants.json", .keys = folder_};
    std::ofstream(folder_ / "bank_key.txt") << std::string(31, 'k') << "\n";
    EXPECT_EQ(
        load_bank_accounts(files).error().message,
        "the key of bank account 110060149018 is shorter than 32 bytes"
    );

    std::ofstream(folder_ / "bank_key.txt") << std::string(32, 'k') << "\n";
    std::ofstream(files.list) << R"({"bank_accounts":[{"account":"1","name":"n",
        "key_file":"bank_key.txt","opening_balance":-1}]})";
    EXPECT_EQ(
        load_bank_accounts(files).error().message,
        "a bank account of the simulator lacks the amount 'opening_balance' in fen"
    );

    std::ofstream(files.list) << R"({"merchants":[]})";
    EXPECT_TRUE(load_bank_accounts(files).value().empty());
}

TEST_F(DemoKeys, StayTheSameOnASecondCall) {
    ASSERT_TRUE(make_demo_keys(folder_, clock_, random_).has_value());
    const auto before = load_platform(folder_);

    ASSERT_TRUE(make_demo_keys(folder_, clock_, random_).has_value());

    EXPECT_EQ(load_platform(folder_)->certificate_serial, before->certificate_serial);
}

TEST_F(DemoKeys, AreRefusedWhenAFileIsMissing) {
    ASSERT_TRUE(make_demo_keys(folder_, clock_, random_).has_value());
    std::filesystem::remove(folder_ / "platform_private.pem");

    const auto platform = load_platform(folder_);

    ASSERT_FALSE(platform.has_value());
    EXPECT_NE(platform.error().message.find("platform_private.pem"), std::string::npos);
}

}  // namespace
}  // namespace sluice::simulator
