#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::architecture {

/// One text of the repository. `code` has the same lines with comments and the insides of literals
/// blanked, for rules that must not stumble over prose. A plain value.
struct SourceFile {
    std::string path;  ///< from the root of the repository, e.g. "engine/core/id.hpp"
    std::vector<std::string> lines;
    std::vector<std::string> code;

    [[nodiscard]] bool is_header() const { return path.ends_with(".hpp"); }
    [[nodiscard]] bool is_cpp() const { return path.ends_with(".cpp") || is_header(); }
    [[nodiscard]] bool is_test() const { return path.starts_with("tests/"); }
    [[nodiscard]] bool is_under(std::string_view folder) const;
};

/// A rule that does not hold at a place.
struct Finding {
    std::string path;
    std::size_t line = 0;  ///< 1-based; 0: the file as a whole
    std::string text;
};

using Findings = std::vector<Finding>;

/// Lines of a text, and the same as C++ code without comments and literals.
[[nodiscard]] SourceFile make_source(std::string path, std::string_view text);

/// Every text under the given folders of the repository ("" = its root, not deeper) with one of the
/// endings, in order of path.
[[nodiscard]] std::vector<SourceFile> read_sources(
    const std::vector<std::string>& folders, const std::vector<std::string>& endings
);

/// The C++ sources of engine/ and tests/.
[[nodiscard]] std::vector<SourceFile> cpp_sources();

[[nodiscard]] bool exists(const std::string& path_from_root);
[[nodiscard]] std::vector<std::string> folders_in(const std::string& path_from_root);

/// One line a finding, "path:line: text": what a failing test shows.
[[nodiscard]] std::string describe(const Findings& findings);

void append(Findings& all, Findings more);

}  // namespace sluice::architecture
