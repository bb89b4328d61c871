#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "architecture/source_tree.hpp"

namespace sluice::architecture {

/// What a module declared in its CMakeLists.txt.
struct ModuleUses {
    std::set<std::string> in_headers;  ///< PUBLIC
    std::set<std::string> in_sources;  ///< PRIVATE
};

using ModuleGraph = std::map<std::string, ModuleUses>;

/// Reads "name public=a,b private=c" lines, as sluice_write_module_graph() writes them.
[[nodiscard]] ModuleGraph parse_module_graph(std::string_view text);
/// The graph of the build that this test was built in.
[[nodiscard]] ModuleGraph built_module_graph();

/// Uses that the layers forbid. The text names both modules.
[[nodiscard]] Findings check_layers(const ModuleGraph& graph);

/// Includes of modules in `source` (under engine/) that its module did not declare, or declared
/// PRIVATE and used in a header.
[[nodiscard]] Findings check_includes(const SourceFile& source, const ModuleGraph& graph);

/// Declared modules that no source includes.
[[nodiscard]] Findings check_unused(
    const std::vector<SourceFile>& sources, const ModuleGraph& graph
);

}  // namespace sluice::architecture
