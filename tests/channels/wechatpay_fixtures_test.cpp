#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/callbacks.hpp"
#include "channel/crypto.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

constexpr std::string_view kReadme = "channels/wechatpay/README.md";
constexpr std::string_view kFixtures = "channels/wechatpay/fixtures";

struct Row {
    std::string operation;
    std::int64_t http = 0;
    std::string outcome;
    std::string fixture;
};

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream text(line);
    std::string cell;
    while (std::getline(text, cell, '|')) {
        const std::size_t first = cell.find_first_not_of(' ');
        const std::size_t last = cell.find_last_not_of(' ');
        cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
    }
    return cells;
}

/// The rows of the table in the channel's README.
std::vector<Row> documented_rows() {
    std::vector<Row> rows;
    std::istringstream readme{source_text(kReadme)};
    std::string line;
    while (std::getline(readme, line)) {
        const auto cells = cells_of(line);
        if (cells.size() != 6 || cells[1] == "Operation" || cells[1].starts_with("---")) {
            continue;
        }
        rows.push_back({cells[1], std::stoll(cells[2]), cells[4], cells[5]});
    }
    return rows;
}

std::vector<std::string> fixture_names() {
    std::vector<std::string> names;
    const auto folder = std::filesystem::path(SLUICE_SOURCE_DIR) / kFixtures;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        names.push_back(entry.path().stem().string());
    }
    std::ranges::sort(names);
    return names;
}

Value fixture(const std::string& name) {
    return source_json(std::string(kFixtures) + "/" + name + ".json");
}

std::string body_of(const Value* body) {
    return body->as_text() != nullptr ? *body->as_text() : to_json(*body);
}

/// Every expected member must be there with the same value.
void expect_members(const Value& expected, const Value& actual) {
    for (const auto& [name, value] : *expected.as_object()) {
        const Value* found = actual.find(name);
        ASSERT_NE(found, nullptr) << name << " is missing in " << to_json(actual);
        EXPECT_EQ(*found, value) << name << ": " << to_json(*found);
    }
}

std::string notice_of(const Value& message) {
    if (const Value* body = message.find("body")) {
        return body_of(body);
    }
    const std::string type = message.find("refund") != nullptr ? "refund" : "transaction";
    const bool is_right = message.text_or_empty("api_v3_key") == "right";
    const AeadBox box{
        is_right ? kApiV3Key : "ffffffffffffffffffffffffffffffff", "fdasflkja484", type
    };
    const Value resource = ValueObject{
        {"algorithm", "AEAD_AES_256_GCM"},
        {"associated_data", type},
        {"ciphertext", aes_256_gcm_encrypt(box, to_json(*message.find(type)))},
        {"nonce", "fdasflkja484"},
        {"original_type", type},
    };
    return to_json(ValueObject{
        {"id", "5f0c0e1a-2b3c-5d4e-8f60-7182930a4b5c"},
        {"event_type", message.text_or_empty("event_type")},
        {"resource", resource},
    });
}

class WechatpayFixture : public ::testing::TestWithParam<std::string> {
  protected:
    void run_answer(const Value& recorded) {
        const Value* answer = recorded.find("answer");
        http::Response response;
        response.status = static_cast<int>(answer->int_or("status", 0));
        response.body = body_of(answer->find("body"));
        response.headers = signature_headers(answer->text_or_empty("signature"), response.body);
        AdapterHost host(registry_->find_adapter("wechatpay"));
        const auto operation = parse_operation(recorded.text_or_empty("operation")).value();
        const ExchangeOrder order = wechatpay_order(operation);

        const payment::Outcome outcome = host.read(
            {order, response},
            *registry_->find_account({"wechatpay", "main"}),
            {test_now(), "nonce"}
        );

        expect_members(*recorded.find("expect"), to_value(outcome));
    }

    void run_callback(const Value& recorded) {
        const Value& message = *recorded.find("message");
        const std::string body = notice_of(message);
        const auto headers = signature_headers(message.text_or_empty("signature"), body);
        const ManualClock clock(test_now());
        Callbacks callbacks(registry_, clock);

        const CallbackVerdict verdict = callbacks.read({"wechatpay", "main"}, {headers, body});

        Value actual =
            verdict.instruction ? to_value(verdict.outcome) : Value(ValueObject{{"kind", "none"}});
        actual.set("status", verdict.answer.status);
        actual.set("operation", to_string(verdict.operation));
        expect_members(*recorded.find("expect"), actual);
    }

    RegistryPtr registry_ = wechatpay_registry(wechatpay_account());
};

TEST_P(WechatpayFixture, IsReadAsItsRowSays) {
    const Value recorded = fixture(GetParam());

    if (recorded.text_or_empty("operation") == "callback") {
        run_callback(recorded);
    } else {
        run_answer(recorded);
    }
}

INSTANTIATE_TEST_SUITE_P(
    All,
    WechatpayFixture,
    ::testing::ValuesIn(fixture_names()),
    [](const auto& test) { return test.param; }
);

TEST(WechatpayTable, HasOneFixtureForEveryRowAndOneRowForEveryFixture) {
    std::vector<std::string> named;
    for (const Row& row : documented_rows()) {
        named.push_back(row.fixture);
    }
    std::ranges::sort(named);

    EXPECT_EQ(named, fixture_names());
}

TEST(WechatpayTable, SaysWhatItsFixturesSay) {
    const auto rows = documented_rows();
    ASSERT_FALSE(rows.empty());

    for (const Row& row : rows) {
        const Value recorded = fixture(row.fixture);
        const Value* expect = recorded.find("expect");
        ASSERT_NE(expect, nullptr) << row.fixture;
        const bool is_callback = row.operation == "callback";
        const Value* with_status = is_callback ? expect : recorded.find("answer");
        EXPECT_EQ(recorded.text_or_empty("operation"), row.operation) << row.fixture;
        EXPECT_EQ(expect->text_or_empty("kind"), row.outcome) << row.fixture;
        EXPECT_EQ(with_status->int_or("status", 0), row.http) << row.fixture;
    }
}

}  // namespace
}  // namespace sluice::channel::testing
