#include <algorithm>
#include <regex>

#include <gtest/gtest.h>

#include "architecture/source_tree.hpp"

namespace sluice::architecture {
namespace {

enum class Reach { sources_only, headers_too };

/// A word of a library or of the outside world, and the only folders that may say it.
struct Confined {
    const char* word;
    std::vector<std::string> folders;
    Reach reach = Reach::sources_only;
};

const std::vector<Confined>& table() {
    static const std::vector<Confined> kTable{
        {"<libpq", {"engine/db"}},
        {"<lua.h", {"engine/lua"}},
        {"<lua.hpp", {"engine/lua"}},
        {"<lauxlib.h", {"engine/lua"}},
        {"<lualib.h", {"engine/lua"}},
        {"<httplib", {"engine/http"}},
        {"<curl/", {"engine/http"}},
        {"<toml++", {"engine/config"}},
        {"<openssl/", {"engine/channel", "engine/http"}},
        {"<spdlog", {"engine/log"}},
        {"<simdjson", {"engine/json"}},
        {"<qrencode", {"engine/simulator"}},
        {"<nlohmann", {}},
        {"<pqxx", {}},
        {"system_clock::now", {"engine/core"}},
        {"random_device", {"engine/core"}, Reach::headers_too},
    };
    return kTable;
}

bool is_allowed(const SourceFile& source, const Confined& row) {
    const bool at_home = std::ranges::any_of(row.folders, [&](const std::string& folder) {
        return source.is_under(folder);
    });
    return at_home && (row.reach == Reach::headers_too || !source.is_header());
}

/// Includes are looked for as written, other words in code only.
Findings check_confinement(const SourceFile& source) {
    Findings findings;
    for (const auto& row : table()) {
        if (is_allowed(source, row)) {
            continue;
        }
        const bool is_include = row.word[0] == '<';
        const auto& lines = is_include ? source.lines : source.code;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const bool counts = !is_include || lines[i].find("#include") != std::string::npos;
            if (counts && lines[i].find(row.word) != std::string::npos) {
                findings.push_back(
                    {source.path, i + 1, std::string(row.word) + " does not belong here"}
                );
            }
        }
    }
    return findings;
}

TEST(Confinement, KeepsEachLibraryInItsModule) {
    Findings findings;

    for (const auto& source : read_sources({"engine"}, {".hpp", ".cpp"})) {
        append(findings, check_confinement(source));
    }

    EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(ConfinementRule, FindsALibraryOutsideItsModule) {
    const std::string text = "#include <libpq-fe.h>\n";

    EXPECT_TRUE(check_confinement(make_source("engine/db/a.cpp", text)).empty());
    EXPECT_EQ(check_confinement(make_source("engine/db/a.hpp", text)).size(), 1U);
    EXPECT_EQ(check_confinement(make_source("engine/ledger/a.cpp", text)).size(), 1U);
}

TEST(ConfinementRule, FindsTheClockAndChanceOutsideCore) {
    const std::string text = "auto t = std::chrono::system_clock::now();\n";

    EXPECT_TRUE(check_confinement(make_source("engine/core/a.cpp", text)).empty());
    EXPECT_EQ(check_confinement(make_source("engine/worker/a.cpp", text)).size(), 1U);
}

TEST(ConfinementRule, DoesNotStumbleOverProse) {
    const std::string text = "// like system_clock::now, but virtual; compare <curl/curl.h>\n";

    EXPECT_TRUE(check_confinement(make_source("engine/worker/a.cpp", text)).empty());
}

}  // namespace
}  // namespace sluice::architecture
