#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "architecture/source_tree.hpp"

namespace sluice::architecture {
namespace {

constexpr int kLastCase = 78;
constexpr std::string_view kWaits = "waits for ";

std::set<std::string> tests_of_the_project() {
    static const std::regex kTest(R"(\bTEST(?:_F|_P)?\((\w+),\s*(\w+)\))");
    std::set<std::string> names;
    for (const auto& source : read_sources({"tests"}, {".cpp"})) {
        std::string text;
        for (const auto& line : source.lines) {
            text += line + "\n";
        }
        for (std::sregex_iterator found(text.begin(), text.end(), kTest), end; found != end;
             ++found) {
            names.insert((*found)[1].str() + "." + (*found)[2].str());
        }
    }
    return names;
}

/// Number of a case -> what stands behind it.
std::map<int, std::string> rows_of(const SourceFile& list) {
    static const std::regex kRow(R"(^\| (\d+) \| [^|]+ \| ([^|]+) \|$)");
    std::map<int, std::string> rows;
    for (const auto& line : list.lines) {
        std::smatch row;
        if (std::regex_match(line, row, kRow)) {
            EXPECT_FALSE(rows.contains(std::stoi(row[1]))) << "twice: " << line;
            rows[std::stoi(row[1])] = row[2];
        }
    }
    return rows;
}

std::vector<std::string> tests_in(const std::string& proof) {
    static const std::regex kName("`(\\w+\\.\\w+)`");
    std::vector<std::string> names;
    for (std::sregex_iterator found(proof.begin(), proof.end(), kName), end; found != end;
         ++found) {
        names.push_back((*found)[1]);
    }
    return names;
}

SourceFile list_of_cases() {
    const auto lists = read_sources({"tests"}, {"CASES.md"});
    return lists.empty() ? SourceFile{} : lists.front();
}

TEST(Cases, AreAllListedOnce) {
    const auto rows = rows_of(list_of_cases());

    for (int number = 1; number <= kLastCase; ++number) {
        EXPECT_TRUE(rows.contains(number)) << "case " << number << " has no row";
    }
    EXPECT_EQ(rows.size(), static_cast<std::size_t>(kLastCase));
}

TEST(Cases, AreProvedByTestsThatExistOrSayWhatTheyWaitFor) {
    const auto tests = tests_of_the_project();
    ASSERT_TRUE(tests.contains("Cases.AreAllListedOnce"));

    for (const auto& [number, proof] : rows_of(list_of_cases())) {
        const auto named = tests_in(proof);
        EXPECT_NE(named.empty(), !proof.starts_with(kWaits)) << "case " << number << ": " << proof;
        for (const auto& name : named) {
            EXPECT_TRUE(tests.contains(name)) << "case " << number << ": no test " << name;
        }
    }
}

}  // namespace
}  // namespace sluice::architecture
