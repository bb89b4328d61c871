#pragma once

#include <string_view>

namespace sluice::http {

/// How much less urgent a thread that moves bytes is than one that commits money, in steps of nice.
inline constexpr int kIoThreadNicer = 5;

/// To be called by a thread of this module as its first act: names it (15 bytes of `name`), and
/// lets whoever commits, here or in the database, run before it when both could.
void begin_io_thread(std::string_view name);

}  // namespace sluice::http
