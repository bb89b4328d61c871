#include "architecture/document_rules.hpp"

#include <algorithm>
#include <regex>

namespace sluice::architecture {
namespace {

bool is_made_at_run_time(const std::string& path) {
    return path.starts_with(".sluice") || path.starts_with("build/");
}

/// Only what begins at a folder of ours, or ends like a file, is meant as a path.
bool is_meant_as_path(const std::string& text) {
    static const std::regex kPath(R"(^[A-Za-z0-9_.][A-Za-z0-9_./-]*$)");
    static const std::regex kPlaceholder(R"((^|/)[A-Z]{4,}(/|_|$))");
    static const std::regex kFile(R"(.*\.(md|cpp|hpp|lua|sql|sh|txt|json|toml|cmake)$)");
    if (!std::regex_match(text, kPath) || is_made_at_run_time(text) ||
        std::regex_search(text, kPlaceholder)) {
        return false;
    }
    const auto slash = text.find('/');
    if (slash == std::string::npos) {
        return text.ends_with(".md");
    }
    const std::string first = text.substr(0, slash);
    return exists(first) || exists("engine/" + first) || std::regex_match(text, kFile);
}

void collect(
    const SourceFile& document, const std::regex& pattern, std::size_t line, Findings& findings
) {
    const std::string& text = document.lines[line];
    for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end;
         ++match) {
        findings.push_back({document.path, line + 1, (*match)[1].str()});
    }
}

std::string folder_prefix_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
}

}  // namespace

Findings named_paths(const SourceFile& document) {
    static const std::regex kCode("`([^` ]+)`");
    static const std::regex kLink(R"(\]\(([^)#: ]+)(#[^)]*)?\))");
    Findings findings;
    for (std::size_t i = 0; i < document.lines.size(); ++i) {
        Findings quoted;
        collect(document, kCode, i, quoted);
        std::erase_if(quoted, [](const Finding& found) { return !is_meant_as_path(found.text); });
        append(findings, std::move(quoted));
        collect(document, kLink, i, findings);
    }
    return findings;
}

Findings named_commands(const SourceFile& document) {
    static const std::regex kCommand(R"(\./dev ([a-z][a-z-]*))");
    Findings findings;
    for (std::size_t i = 0; i < document.lines.size(); ++i) {
        collect(document, kCommand, i, findings);
    }
    return findings;
}

std::set<std::string> known_commands(const SourceFile& script) {
    static const std::regex kBranch(R"(^ +([a-z]+)\) cmd_\1 .*)");
    std::set<std::string> commands{"help"};
    std::smatch match;
    for (const auto& line : script.lines) {
        if (std::regex_match(line, match, kBranch)) {
            commands.insert(match[1].str());
        }
    }
    return commands;
}

bool path_exists(const SourceFile& document, const std::string& path) {
    const std::string prefixes[] = {"", folder_prefix_of(document.path), "engine/"};
    return std::ranges::any_of(prefixes, [&](const std::string& prefix) {
        return exists(prefix + path) || exists(prefix + path + ".hpp") ||
               exists(prefix + path + ".cpp");
    });
}

}  // namespace sluice::architecture
