#include <algorithm>

#include <gtest/gtest.h>

#include "architecture/document_rules.hpp"

namespace sluice::architecture {
namespace {

constexpr std::size_t kReadmeLines = 20;

std::vector<SourceFile> documents() {
    return read_sources(
        {"", "engine", "channels", "scripts", "flows", "db", "tests", "tools"}, {".md"}
    );
}

SourceFile dev_script() {
    const auto scripts = read_sources({""}, {"dev"});
    const auto found = std::ranges::find(scripts, "dev", &SourceFile::path);
    return found == scripts.end() ? SourceFile{} : *found;
}

TEST(Documents, NameOnlyPathsThatExist) {
    Findings findings;

    for (const auto& document : documents()) {
        for (const auto& named : named_paths(document)) {
            if (!path_exists(document, named.text)) {
                findings.push_back({named.path, named.line, named.text + " does not exist"});
            }
        }
    }

    EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(Documents, NameOnlyCommandsThatExist) {
    const auto commands = known_commands(dev_script());
    Findings findings;

    for (const auto& document : documents()) {
        for (const auto& named : named_commands(document)) {
            if (!commands.contains(named.text)) {
                findings.push_back({named.path, named.line, "./dev has no " + named.text});
            }
        }
    }

    EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(Documents, OfTheRootAreThere) {
    for (const char* path :
         {"README.md",
          "README.zh-CN.md",
          "ARCHITECTURE.md",
          "DECISIONS.md",
          "CONTRIBUTING.md",
          "CHANGELOG.md",
          "LICENSE"}) {
        EXPECT_TRUE(exists(path)) << path;
    }
}

TEST(Changelog, HasAnUnreleasedSection) {
    const auto documents = read_sources({""}, {"CHANGELOG.md"});

    ASSERT_EQ(documents.size(), 1U);
    const auto& lines = documents.front().lines;
    EXPECT_NE(std::ranges::find(lines, "## Unreleased"), lines.end());
}

TEST(ModuleReadme, IsThereForEveryModuleAndTopFolderAndIsShort) {
    std::vector<std::string> folders;
    for (const auto& module : folders_in("engine")) {
        folders.push_back("engine/" + module);
    }
    for (const auto& channel : folders_in("channels")) {
        folders.push_back("channels/" + channel);
    }
    for (const char* folder : {"db", "flows", "scripts", "tests", "tools"}) {
        folders.emplace_back(folder);
    }

    for (const auto& folder : folders) {
        const auto readme = read_sources({folder}, {folder + "/README.md"});
        ASSERT_EQ(readme.size(), 1U) << folder << "/README.md";
        // A channel's README carries its whole table of statuses.
        if (!folder.starts_with("channels/")) {
            EXPECT_LE(readme.front().lines.size(), kReadmeLines) << readme.front().path;
        }
    }
}

TEST(DocumentRule, FindsPathsInCodeAndLinksOnly) {
    const auto document = make_source(
        "README.md",
        "See `engine/core/id.hpp`, [more](docs/gone.md#part), `a / b`, `/v1/orders`,\n"
        "`application/json`, engine/no/quote, `.sluice/log`, [site](https://example.org/x.md),\n"
        "`engine/gone/x`, `GONE.md`, `engine/NAME/x.cpp`, `db/NNNN_what.sql`.\n"
    );

    std::vector<std::string> paths;
    for (const auto& named : named_paths(document)) {
        paths.push_back(named.text);
    }

    EXPECT_EQ(
        paths,
        (std::vector<std::string>{"engine/core/id.hpp", "docs/gone.md", "engine/gone/x", "GONE.md"})
    );
    EXPECT_TRUE(path_exists(document, "engine/core/id.hpp"));
    EXPECT_TRUE(path_exists(document, "core/id"));
    EXPECT_FALSE(path_exists(document, "engine/gone/x"));
}

TEST(DocumentRule, FindsCommandsAndKnowsTheScripts) {
    const auto document = make_source("README.md", "Run `./dev up`, then ./dev dance.\n");

    const auto named = named_commands(document);

    ASSERT_EQ(named.size(), 2U);
    EXPECT_TRUE(known_commands(dev_script()).contains(named[0].text));
    EXPECT_FALSE(known_commands(dev_script()).contains(named[1].text));
}

}  // namespace
}  // namespace sluice::architecture
