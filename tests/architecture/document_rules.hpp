#pragma once

#include <set>
#include <string>
#include <vector>

#include "architecture/source_tree.hpp"

namespace sluice::architecture {

/// Paths a document names in `code` or as a link target, each with its line. Addresses, patterns
/// and files that exist only at run time are left out.
[[nodiscard]] Findings named_paths(const SourceFile& document);

/// Words behind "./dev" in a document, each with its line.
[[nodiscard]] Findings named_commands(const SourceFile& document);

/// The commands that the script at the root knows: the branches of its case statement.
[[nodiscard]] std::set<std::string> known_commands(const SourceFile& script);

/// Whether the path exists, from the root, from the document's folder or inside engine/; a module's
/// file may be named without its ending ("flow/machine").
[[nodiscard]] bool path_exists(const SourceFile& document, const std::string& path);

}  // namespace sluice::architecture
