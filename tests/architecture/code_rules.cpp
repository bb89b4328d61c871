#include "architecture/code_rules.hpp"

#include <algorithm>
#include <regex>

namespace sluice::architecture {
namespace {

constexpr std::size_t kLineColumns = 100;
constexpr std::size_t kSourceLines = 400;
constexpr std::size_t kHeaderLines = 200;
constexpr std::size_t kTestLines = 500;

std::size_t columns_of(const std::string& line) {
    return static_cast<std::size_t>(std::ranges::count_if(line, [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

std::size_t lines_max(const SourceFile& source) {
    if (source.is_header()) {
        return kHeaderLines;
    }
    return source.is_test() ? kTestLines : kSourceLines;
}

/// One finding for each line where `pattern` matches and `allowed` does not.
Findings find_lines(
    const SourceFile& source,
    const std::vector<std::string>& lines,
    const std::regex& pattern,
    const std::regex& allowed,
    const std::string& text
) {
    Findings findings;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (std::regex_search(lines[i], pattern) && !std::regex_search(source.lines[i], allowed)) {
            findings.push_back({source.path, i + 1, text});
        }
    }
    return findings;
}

const std::regex& nothing() {
    static const std::regex kNothing("(?!)");
    return kNothing;
}

}  // namespace

Findings check_size(const SourceFile& source) {
    Findings findings;
    const std::size_t limit = lines_max(source);
    if (source.lines.size() > limit) {
        const auto size = std::to_string(source.lines.size());
        findings.push_back(
            {source.path, 0, "has " + size + " lines, the limit is " + std::to_string(limit)}
        );
    }
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        const std::size_t columns = columns_of(source.lines[i]);
        if (columns > kLineColumns) {
            findings.push_back(
                {source.path, i + 1, "has " + std::to_string(columns) + " columns, limit 100"}
            );
        }
    }
    return findings;
}

Findings check_header(const SourceFile& source) {
    static const std::regex kUsing(R"(\busing\s+namespace\b)");
    if (!source.is_header()) {
        return {};
    }
    Findings findings =
        find_lines(source, source.code, kUsing, nothing(), "'using namespace' in a header");
    if (std::ranges::find(source.lines, "#pragma once") == source.lines.end()) {
        findings.push_back({source.path, 0, "has no #pragma once"});
    }
    return findings;
}

Findings check_ownership(const SourceFile& source) {
    static const std::regex kNewOrDelete(R"(\bnew\s+[\w:]|\bdelete(\[\])?\s+[\w:*]|\bmalloc\()");
    // A private constructor is out of make_unique's reach; an allocator says why on the line.
    static const std::regex kOwnedAtOnce(
        R"(unique_ptr<[\w:]+>( \w+)?\(new |NOLINT\(cppcoreguidelines-owning-memory\): )"
    );
    return find_lines(
        source, source.code, kNewOrDelete, kOwnedAtOnce, "owns memory by hand, wanted a container"
    );
}

Findings check_catch_all(const SourceFile& source) {
    static const std::regex kCatchAll(R"(\bcatch\s*\(\s*\.\.\.\s*\))");
    static const std::regex kMarked(R"(//.*thread's top)");
    return find_lines(
        source,
        source.code,
        kCatchAll,
        kMarked,
        "catch (...) stands only at a thread's top, marked \"// a thread's top\""
    );
}

Findings check_dead_code(const SourceFile& source) {
    static const std::regex kCode(R"(^\s*//[^/].*(;|\{|\}|\) \{)\s*$|^\s*//\s*(#include|#if)\b)");
    static const std::regex kQuoted("`");
    return find_lines(source, source.lines, kCode, kQuoted, "looks like code commented out");
}

Findings check_todo(const SourceFile& source) {
    static const std::regex kUnfinished(R"(//.*\b(TODO|FIXME|XXX|HACK)\b)");
    static const std::regex kForm(R"(//+ TODO\([a-z]+\): \S.*(when|once|after|until|if) )");
    return find_lines(
        source, source.lines, kUnfinished, kForm, "wanted 'TODO(name): what, when what is true'"
    );
}

Findings check_nolint(const SourceFile& source) {
    static const std::regex kNolint(R"(//.*\bNOLINT)");
    static const std::regex kReason(R"(NOLINT(NEXTLINE|BEGIN|END)?\([a-z0-9.,*-]+\): \S.{8,})");
    static const std::regex kEnd(R"(NOLINTEND\([a-z0-9.,*-]+\))");
    Findings findings =
        find_lines(source, source.lines, kNolint, kReason, "wanted 'NOLINT(check): reason'");
    std::erase_if(findings, [&](const Finding& finding) {
        return std::regex_search(source.lines[finding.line - 1], kEnd);
    });
    return findings;
}

Findings check_disabled(const SourceFile& source) {
    static const std::regex kDisabled(R"(\bTEST(_[FP])?\(.*\bDISABLED_|\bGTEST_SKIP\b)");
    return find_lines(source, source.code, kDisabled, nothing(), "a test that does not run");
}

Findings check_sleep(const SourceFile& source) {
    static const std::regex kSleep(R"(\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\()");
    if (!source.is_test() || source.is_under("tests/support") || source.is_under("tests/bench")) {
        return {};
    }
    return find_lines(source, source.code, kSleep, nothing(), "a test that sleeps");
}

}  // namespace sluice::architecture
