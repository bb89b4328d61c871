#include "architecture/code_rules.hpp"

#include <ostream>

#include <gtest/gtest.h>

namespace sluice::architecture {
namespace {

using Rule = Findings (*)(const SourceFile&);

struct RuleExample {
    const char* name;
    Rule rule;
    const char* path;
    const char* broken;
    const char* kept;
};

std::ostream& operator<<(std::ostream& out, const RuleExample& example) {
    return out << example.name;
}

// The broken and the kept example of each rule.
const RuleExample kRules[] = {
    {"header", check_header, "engine/a/a.hpp", "int a;\n", "#pragma once\nint a;\n"},
    {"using",
     check_header,
     "engine/a/a.hpp",
     "#pragma once\nusing namespace std;\n",
     "#pragma once\n// using namespace std is not for headers\n"},
    {"nesting",
     check_nesting,
     "engine/a/a.cpp",
     "void f() {\n for (int i = 0; i < 2; ++i) {\n if (a) {\n while (b) {\n if (c) {\n}}}}}\n",
     "void f() {\n for (;;) {\n if (a) {\n while (b) {\n g([&](int c) {\n if (c) {}});\n"
     "}} else if (x) {\n h({1, 2});\n}}}\n"},
    {"new", check_ownership, "engine/a/a.cpp", "auto* p = new Order();\n", "int new_order = 1;\n"},
    {"delete", check_ownership, "engine/a/a.cpp", "delete p;\n", "A(const A&) = delete;\n"},
    {"catch_all",
     check_catch_all,
     "engine/a/a.cpp",
     "} catch (...) {\n",
     "} catch (...) {  // a thread's top: logs and aborts\n"},
    {"dead_code", check_dead_code, "engine/a/a.cpp", "    // post(entry);\n", "// It posts.\n"},
    {"dead_include", check_dead_code, "engine/a/a.cpp", "// #include <map>\n", "/// Like `a;`\n"},
    {"todo",
     check_todo,
     "engine/a/a.cpp",
     "// TODO: refunds\n",
     "// TODO(ledger): drop the column when every node runs 0.2\n"},
    {"fixme", check_todo, "engine/a/a.cpp", "// FIXME later\n", "int fixme;\n"},
    {"nolint",
     check_nolint,
     "engine/a/a.cpp",
     "int a;  // NOLINT\n",
     "int a;  // NOLINT(bugprone-x): the library wants it so\n"},
    {"disabled",
     check_disabled,
     "tests/unit/a_test.cpp",
     "TEST(Order, DISABLED_Pays) {\n",
     "TEST(Order, IsDisabledByItsOwner) {\n"},
    {"skipped", check_disabled, "tests/unit/a_test.cpp", "    GTEST_SKIP();\n", "// GTEST_SKIP\n"},
    {"sleep",
     check_sleep,
     "tests/unit/a_test.cpp",
     "std::this_thread::sleep_for(10ms);\n",
     "clock.advance(10ms);\n"},
};

TEST(CodeRules, FindTheBrokenAndLetTheKeptPass) {
    for (const auto& row : kRules) {
        EXPECT_EQ(row.rule(make_source(row.path, row.broken)).size(), 1U) << row.name;
        const auto findings = row.rule(make_source(row.path, row.kept));
        EXPECT_TRUE(findings.empty()) << row.name << describe(findings);
    }
}

class CodeRule : public testing::TestWithParam<RuleExample> {};

TEST_P(CodeRule, HoldsInEverySource) {
    Findings findings;

    for (const auto& source : cpp_sources()) {
        // The rules and their examples spell out what they forbid.
        if (!source.path.starts_with("tests/architecture/code_rules")) {
            append(findings, GetParam().rule(source));
        }
    }

    EXPECT_TRUE(findings.empty()) << describe(findings);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    CodeRule,
    testing::ValuesIn(kRules),
    [](const testing::TestParamInfo<RuleExample>& row) { return std::string(row.param.name); }
);

TEST(SizeLimits, HoldInEverySource) {
    Findings findings;

    for (const auto& source : cpp_sources()) {
        append(findings, check_size(source));
    }

    EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(SizeLimits, HoldInScriptsAndSql) {
    Findings findings;

    for (const auto& source : read_sources(
             {"scripts", "flows", "channels", "db", "tools", "tests", "engine"},
             {".lua", ".sql", ".sh", ".cmake"}
         )) {
        // What an attack looks like is the attacker's choice; generated vectors are long.
        if (!source.is_under("tests/attacks")) {
            append(findings, check_size(source));
        }
    }

    EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(SizeRule, CountsColumnsNotBytes) {
    std::string wide;
    for (int i = 0; i < 100; ++i) {
        wide += "\xe6\x94\xb6";
    }

    EXPECT_TRUE(check_size(make_source("engine/a/a.cpp", wide)).empty());
    EXPECT_EQ(check_size(make_source("engine/a/a.cpp", wide + "a")).size(), 1U);
}

TEST(SizeRule, KnowsTheLimitOfEachKindOfFile) {
    const auto lines = [](std::size_t count) { return std::string(count, '\n'); };

    EXPECT_TRUE(check_size(make_source("engine/a/a.cpp", lines(400))).empty());
    EXPECT_FALSE(check_size(make_source("engine/a/a.cpp", lines(401))).empty());
    EXPECT_TRUE(check_size(make_source("engine/a/a.hpp", lines(200))).empty());
    EXPECT_FALSE(check_size(make_source("engine/a/a.hpp", lines(201))).empty());
    EXPECT_TRUE(check_size(make_source("tests/unit/a_test.cpp", lines(500))).empty());
    EXPECT_FALSE(check_size(make_source("tests/unit/a_test.cpp", lines(501))).empty());
}

TEST(SourceFile, BlanksCommentsAndLiteralsInItsCode) {
    const auto source = make_source(
        "engine/a/a.cpp",
        "int a = 1'000; // new a\nauto b = \"new \\\"b\"; f();\n/* new\nnew */ c();\n"
        "auto d = R\"(new\nnew)\"; e('\"');\n"
    );

    EXPECT_EQ(source.code[0].find("new"), std::string::npos);
    EXPECT_NE(source.code[0].find("1'000"), std::string::npos);
    EXPECT_EQ(source.code[1].find("new"), std::string::npos);
    EXPECT_NE(source.code[1].find("f();"), std::string::npos);
    EXPECT_EQ(source.code[3].find("new"), std::string::npos);
    EXPECT_NE(source.code[3].find("c();"), std::string::npos);
    EXPECT_EQ(source.code[5].find("new"), std::string::npos);
    EXPECT_NE(source.code[5].find(");"), std::string::npos);
}

}  // namespace
}  // namespace sluice::architecture
