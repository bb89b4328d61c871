#include <algorithm>
#include <cctype>
#include <map>
#include <regex>

#include <gtest/gtest.h>

#include "architecture/source_tree.hpp"

namespace sluice::architecture {
namespace {

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool is_part_of_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Whether `line` holds `word` with nothing before or behind it that would make it another name.
bool mentions_in_line(const std::string& line, const std::string& word) {
    for (auto at = line.find(word); at != std::string::npos; at = line.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        const bool begins = at == 0 || (!is_part_of_name(line[at - 1]) && line[at - 1] != '/');
        const bool ends = end == line.size() || (!is_part_of_name(line[end]) && line[end] != '/');
        if (begins && ends) {
            return true;
        }
    }
    return false;
}

bool mentions(const SourceFile& source, const std::string& word) {
    return std::ranges::any_of(source.lines, [&](const std::string& line) {
        return mentions_in_line(line, word);
    });
}

bool contains(const SourceFile& source, const std::string& text) {
    return std::ranges::any_of(source.lines, [&](const std::string& line) {
        return line.find(text) != std::string::npos;
    });
}

/// The nearest CMakeLists.txt at or above the file's folder that names it, or "".
std::string listed_in(
    const std::string& path, const std::map<std::string, SourceFile>& build_files
) {
    std::string relative = name_of(path);
    std::string folder = folder_of(path);
    while (true) {
        const auto build_file = build_files.find(folder + "/CMakeLists.txt");
        if (build_file != build_files.end() && mentions(build_file->second, relative)) {
            return build_file->first;
        }
        if (folder.find('/') == std::string::npos) {
            return {};
        }
        relative = name_of(folder) + "/" + relative;
        folder = folder_of(folder);
    }
}

std::map<std::string, SourceFile> build_files() {
    std::map<std::string, SourceFile> files;
    for (auto& source : read_sources({"", "engine", "tests"}, {"CMakeLists.txt"})) {
        files.emplace(source.path, source);
    }
    return files;
}

TEST(Sources, AreAllListedInATarget) {
    const auto files = build_files();
    Findings findings;

    for (const auto& source : cpp_sources()) {
        if (!source.is_header() && listed_in(source.path, files).empty()) {
            findings.push_back({source.path, 0, "is in no CMakeLists.txt"});
        }
    }

    EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(BuildFiles, AreAllReachedFromTheRoot) {
    const auto files = build_files();
    Findings findings;

    for (const auto& [path, file] : files) {
        if (path == "CMakeLists.txt") {
            continue;
        }
        const std::string folder = folder_of(path);
        const bool reached = std::ranges::any_of(files, [&](const auto& other) {
            const auto above = other.first.substr(0, other.first.size() - name_of(path).size());
            return folder.starts_with(above) && other.first != path &&
                   mentions(other.second, "add_subdirectory(" + folder.substr(above.size()));
        });
        if (!reached) {
            findings.push_back({path, 0, "no add_subdirectory leads here"});
        }
    }

    EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(Migrations, AreNumberedWithoutAGap) {
    static const std::regex kName(R"(db/migrations/(\d{4})_[a-z0-9_]+\.sql)");
    int expected = 1;

    for (const auto& migration : read_sources({"db/migrations"}, {".sql"})) {
        std::smatch match;
        ASSERT_TRUE(std::regex_match(migration.path, match, kName)) << migration.path;
        EXPECT_EQ(std::stoi(match[1].str()), expected) << migration.path;
        ++expected;
    }

    EXPECT_GT(expected, 1);
}

TEST(Fixtures, AreEachNamedByATestOrReadWithTheirFolder) {
    const auto tests = read_sources({"tests"}, {".cpp", ".lua", ".hpp"});
    Findings findings;

    for (const auto& fixture : read_sources({"channels", "tests"}, {""})) {
        if (fixture.path.find("/fixtures/") == std::string::npos) {
            continue;
        }
        const bool used = std::ranges::any_of(tests, [&](const SourceFile& test) {
            return contains(test, name_of(fixture.path)) || contains(test, folder_of(fixture.path));
        });
        if (!used) {
            findings.push_back({fixture.path, 0, "no test names it or its folder"});
        }
    }

    EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(UsageRule, FindsTheBuildFileThatNamesASource) {
    const std::map<std::string, SourceFile> files{
        {"tests/CMakeLists.txt", make_source("tests/CMakeLists.txt", "SOURCES a/b_test.cpp)")}
    };

    EXPECT_EQ(listed_in("tests/a/b_test.cpp", files), "tests/CMakeLists.txt");
    EXPECT_EQ(listed_in("tests/a/test.cpp", files), "");
    EXPECT_EQ(listed_in("tests/b_test.cpp", files), "");
}

}  // namespace
}  // namespace sluice::architecture
