#include <gtest/gtest.h>

#include "architecture/module_graph.hpp"

namespace sluice::architecture {
namespace {

TEST(ModuleGraph, IsTheOneOfThisBuild) {
    const auto graph = built_module_graph();

    EXPECT_TRUE(graph.contains("core"));
    for (const auto& folder : folders_in("engine")) {
        EXPECT_TRUE(folder == "cmake" || graph.contains(folder)) << folder;
    }
}

TEST(ModuleGraph, KeepsToTheLayers) {
    const auto findings = check_layers(built_module_graph());

    EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(Includes, AreDeclaredByTheirModule) {
    const auto graph = built_module_graph();
    Findings findings;

    for (const auto& source : read_sources({"engine"}, {".hpp", ".cpp"})) {
        append(findings, check_includes(source, graph));
    }

    EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(Declarations, AreUsed) {
    const auto findings =
        check_unused(read_sources({"engine"}, {".hpp", ".cpp"}), built_module_graph());

    EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(ModuleGraph, ReadsWhatCmakeWrites) {
    const auto graph = parse_module_graph("core public= private=\ndb public=core,log private=x\n");

    ASSERT_EQ(graph.size(), 2U);
    EXPECT_EQ(graph.at("db").in_headers, (std::set<std::string>{"core", "log"}));
    EXPECT_EQ(graph.at("db").in_sources, (std::set<std::string>{"x"}));
    EXPECT_TRUE(graph.at("core").in_headers.empty());
}

TEST(LayerRule, FindsAUseOfAHigherOrEqualLayer) {
    EXPECT_FALSE(check_layers(parse_module_graph("core public=db private=")).empty());
    EXPECT_FALSE(check_layers(parse_module_graph("flow public= private=db")).empty());
    EXPECT_FALSE(check_layers(parse_module_graph("ledger public=channel private=")).empty());
    EXPECT_FALSE(check_layers(parse_module_graph("payment public=log private=")).empty());
    EXPECT_FALSE(check_layers(parse_module_graph("gateway public=simulator private=")).empty());
    EXPECT_FALSE(check_layers(parse_module_graph("newcomer public= private=")).empty());
    EXPECT_TRUE(check_layers(parse_module_graph("worker public=flow,db private=log")).empty());
}

TEST(IncludeRule, NamesFileLineAndTheMissingDeclaration) {
    const auto graph = parse_module_graph("db public=core private=log");
    const auto source =
        make_source("engine/db/x.cpp", "#include \"db/x.hpp\"\n#include \"http/client.hpp\"\n");

    const auto findings = check_includes(source, graph);

    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(
        describe(findings),
        "\nengine/db/x.cpp:2: engine/db/CMakeLists.txt does not say PUBLIC or PRIVATE http"
    );
}

TEST(IncludeRule, KeepsPrivateUsesOutOfHeaders) {
    const auto graph = parse_module_graph("db public=core private=log");
    const std::string text = "#include \"core/id.hpp\"\n#include \"log/log.hpp\"\n";

    EXPECT_TRUE(check_includes(make_source("engine/db/x.cpp", text), graph).empty());
    EXPECT_EQ(check_includes(make_source("engine/db/x.hpp", text), graph).size(), 1U);
}

TEST(UnusedRule, FindsADeclarationNobodyNeeds) {
    const auto graph = parse_module_graph("db public=core private=log");
    const auto source = make_source("engine/db/x.hpp", "#include \"core/id.hpp\"\n");

    const auto findings = check_unused({source}, graph);

    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings.front().text, "declares log, unused");
}

}  // namespace
}  // namespace sluice::architecture
