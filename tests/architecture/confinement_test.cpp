#include <algorithm>

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
        {"<boost/", {"engine/http"}},
        {"<curl/", {"engine/http"}},
        {"<toml++", {"engine/config"}},
        {"<openssl/", {"engine/channel", "engine/http"}},
        {"<iconv.h", {"engine/channel"}},
        {"<spdlog", {"engine/log"}},
        {"<simdjson", {"engine/json"}},
        {"<qrencode", {"engine/simulator"}},
        {"<zlib", {"engine/channel"}},
        {"<expat", {"engine/channel"}},
        {"<zstd", {"engine/worker"}},
        {"<nlohmann", {}},
        {"<pqxx", {}},
        {"system_clock::now", {"engine/core"}},
        {"random_device", {"engine/core"}, Reach::headers_too},
    };
    return kTable;
}

/// Whether only .cpp files of its own folder include the header: then no other module sees what it
/// includes.
bool is_internal(const SourceFile& header, const std::vector<SourceFile>& all) {
    const std::string include =
        "#include \"" + header.path.substr(header.path.find('/') + 1) + "\"";
    const std::string folder = header.path.substr(0, header.path.rfind('/'));
    return std::ranges::none_of(all, [&](const SourceFile& other) {
        return std::ranges::find(other.lines, include) != other.lines.end() &&
               (other.is_header() || !other.is_under(folder));
    });
}

bool is_allowed(const SourceFile& source, const Confined& row, const std::vector<SourceFile>& all) {
    const bool at_home = std::ranges::any_of(row.folders, [&](const std::string& folder) {
        return source.is_under(folder);
    });
    return at_home &&
           (row.reach == Reach::headers_too || !source.is_header() || is_internal(source, all));
}

/// Includes are looked for as written, other words in code only.
Findings check_row(const SourceFile& source, const Confined& row) {
    Findings findings;
    const bool is_include = row.word[0] == '<';
    const auto& lines = is_include ? source.lines : source.code;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool counts = !is_include || lines[i].find("#include") != std::string::npos;
        if (counts && lines[i].find(row.word) != std::string::npos) {
            findings.push_back({source.path, i + 1, std::string(row.word) + " does not belong here"}
            );
        }
    }
    return findings;
}

Findings check_confinement(const std::vector<SourceFile>& all) {
    Findings findings;
    for (const auto& source : all) {
        for (const auto& row : table()) {
            if (source.is_under("engine") && !is_allowed(source, row, all)) {
                append(findings, check_row(source, row));
            }
        }
    }
    return findings;
}

std::size_t count_findings(const char* path, const std::string& text) {
    return check_confinement({make_source(path, text)}).size();
}

TEST(Confinement, KeepsEachLibraryInItsModule) {
    const auto findings = check_confinement(cpp_sources());

    EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(ConfinementRule, FindsALibraryOutsideItsModule) {
    EXPECT_EQ(count_findings("engine/db/a.cpp", "#include <libpq-fe.h>\n"), 0U);
    EXPECT_EQ(count_findings("engine/ledger/a.cpp", "#include <libpq-fe.h>\n"), 1U);
    EXPECT_EQ(count_findings("engine/ledger/a.hpp", "#include <libpq-fe.h>\n"), 1U);
}

TEST(ConfinementRule, KeepsLibrariesOutOfHeadersThatOthersSee) {
    const auto header = make_source("engine/db/a.hpp", "#include <libpq-fe.h>\n");
    const std::string user = "#include \"db/a.hpp\"\n";

    EXPECT_EQ(check_confinement({header, make_source("engine/db/b.cpp", user)}).size(), 0U);
    EXPECT_EQ(check_confinement({header, make_source("engine/db/b.hpp", user)}).size(), 1U);
    EXPECT_EQ(check_confinement({header, make_source("engine/ledger/b.cpp", user)}).size(), 1U);
    EXPECT_EQ(check_confinement({header, make_source("tests/unit/b.cpp", user)}).size(), 1U);
}

TEST(ConfinementRule, FindsTheClockAndChanceOutsideCore) {
    const std::string text = "auto t = std::chrono::system_clock::now();\n";

    EXPECT_EQ(count_findings("engine/core/a.cpp", text), 0U);
    EXPECT_EQ(count_findings("engine/worker/a.cpp", text), 1U);
}

TEST(ConfinementRule, DoesNotStumbleOverProse) {
    const std::string text = "// like system_clock::now, but virtual; compare <curl/curl.h>\n";

    EXPECT_EQ(count_findings("engine/worker/a.cpp", text), 0U);
}

}  // namespace
}  // namespace sluice::architecture
