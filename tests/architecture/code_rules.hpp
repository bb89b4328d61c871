#pragma once

#include "architecture/source_tree.hpp"

namespace sluice::architecture {

/// Line and file lengths. Function length and parameters are clang-tidy's.
[[nodiscard]] Findings check_size(const SourceFile& source);
/// At most three control statements inside one another; a lambda begins anew.
[[nodiscard]] Findings check_nesting(const SourceFile& source);
/// `#pragma once`, and no `using namespace` in headers.
[[nodiscard]] Findings check_header(const SourceFile& source);
/// No `new` and no `delete` outside `= delete`.
[[nodiscard]] Findings check_ownership(const SourceFile& source);
/// `catch (...)` only on a line marked as a thread's top.
[[nodiscard]] Findings check_catch_all(const SourceFile& source);
/// No code that is commented out.
[[nodiscard]] Findings check_dead_code(const SourceFile& source);
/// "TODO(name): what, and what must be true first"; no other spelling of unfinished work.
[[nodiscard]] Findings check_todo(const SourceFile& source);
/// NOLINT names the check and gives its reason.
[[nodiscard]] Findings check_nolint(const SourceFile& source);
/// No disabled or skipped test.
[[nodiscard]] Findings check_disabled(const SourceFile& source);
/// Tests do not sleep; only tests/support and tests/bench may wait.
[[nodiscard]] Findings check_sleep(const SourceFile& source);

}  // namespace sluice::architecture
