// Everything that is recorded of the channels of this repository, played as `sluice channel test`
// plays it, one test a message.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/channel_check.hpp"
#include "kit/rehearsal.hpp"

namespace sluice::kit::testing {
namespace {

using ::testing::IsEmpty;

/// The channels by the folders of their messages.
constexpr const char* kAlipay = "channels/alipay/fixtures";
constexpr const char* kBank = "channels/bank/fixtures";
constexpr const char* kVoucher = "tests/channels/kit/voucher/fixtures";
constexpr const char* kWechatpay = "channels/wechatpay/fixtures";

std::filesystem::path channel_of(const std::string& fixtures) {
    return (std::filesystem::path(SLUICE_SOURCE_DIR) / fixtures).parent_path();
}

/// One that does not open plays nothing; its table's test says why.
Result<Rehearsal>& rehearsal_of(const std::string& fixtures) {
    static std::map<std::string, Result<Rehearsal>> opened;
    const auto known = opened.find(fixtures);
    return known != opened.end()
               ? known->second
               : opened.emplace(fixtures, Rehearsal::open(channel_of(fixtures))).first->second;
}

struct Message {
    std::string fixtures;
    std::string name;
};

std::vector<Message> messages_of(const std::string& fixtures) {
    std::vector<Message> messages;
    if (const Result<Rehearsal>& rehearsal = rehearsal_of(fixtures)) {
        for (const std::string& name : rehearsal->fixtures()) {
            messages.push_back({fixtures, name});
        }
    }
    return messages;
}

std::string name_of(const ::testing::TestParamInfo<Message>& test) { return test.param.name; }

class RecordedMessages : public ::testing::TestWithParam<Message> {};

TEST_P(RecordedMessages, AreReadAsTheirRowSays) {
    const Played played = rehearsal_of(GetParam().fixtures)->play(GetParam().name);

    EXPECT_THAT(played.differences, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Alipay, RecordedMessages, ::testing::ValuesIn(messages_of(kAlipay)), name_of
);
INSTANTIATE_TEST_SUITE_P(Bank, RecordedMessages, ::testing::ValuesIn(messages_of(kBank)), name_of);
INSTANTIATE_TEST_SUITE_P(
    Voucher, RecordedMessages, ::testing::ValuesIn(messages_of(kVoucher)), name_of
);
INSTANTIATE_TEST_SUITE_P(
    Wechatpay, RecordedMessages, ::testing::ValuesIn(messages_of(kWechatpay)), name_of
);

class ChannelTable : public ::testing::TestWithParam<const char*> {};

TEST_P(ChannelTable, HasARowForEveryMessageAndSaysWhatItSays) {
    const ChannelReport report = check_channel(channel_of(GetParam()));

    EXPECT_THAT(report.problems, IsEmpty());
    EXPECT_GT(report.fixtures.size(), 20U);
}

INSTANTIATE_TEST_SUITE_P(
    All, ChannelTable, ::testing::Values(kAlipay, kBank, kVoucher, kWechatpay)
);

}  // namespace
}  // namespace sluice::kit::testing
