#include "channels/fixture_table.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>

#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

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
std::vector<Row> documented_rows(std::string_view folder) {
    std::vector<Row> rows;
    std::istringstream readme{source_text(std::string(folder) + "/../README.md")};
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

}  // namespace

std::vector<std::string> fixture_names(std::string_view folder) {
    std::vector<std::string> names;
    const auto path = std::filesystem::path(SLUICE_SOURCE_DIR) / folder;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
        names.push_back(entry.path().stem().string());
    }
    std::ranges::sort(names);
    return names;
}

Value fixture(std::string_view folder, std::string_view name) {
    return source_json(std::string(folder) + "/" + std::string(name) + ".json");
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

void expect_a_fixture_for_every_row(std::string_view folder) {
    std::vector<std::string> named;
    for (const Row& row : documented_rows(folder)) {
        named.push_back(row.fixture);
    }
    std::ranges::sort(named);

    EXPECT_EQ(named, fixture_names(folder));
}

void expect_rows_to_say_what_fixtures_say(std::string_view folder) {
    const auto rows = documented_rows(folder);
    ASSERT_FALSE(rows.empty());
    for (const Row& row : rows) {
        const Value recorded = fixture(folder, row.fixture);
        const Value* expect = recorded.find("expect");
        ASSERT_NE(expect, nullptr) << row.fixture;
        const bool is_callback = row.operation == "callback";
        const Value* with_status = is_callback ? expect : recorded.find("answer");
        EXPECT_EQ(recorded.text_or_empty("operation"), row.operation) << row.fixture;
        EXPECT_EQ(expect->text_or_empty("kind"), row.outcome) << row.fixture;
        EXPECT_EQ(with_status->int_or("status", 0), row.http) << row.fixture;
    }
}

}  // namespace sluice::channel::testing
