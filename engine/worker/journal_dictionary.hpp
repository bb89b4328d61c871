#pragma once

#include <string_view>

namespace sluice::worker {

/// journal_dictionary_1.zdict, compiled in: what journal bodies have in common, with the
/// frequencies of its bytes (ZDICT_finalizeDictionary over the bodies of every kind of activation).
/// It must never change; see journal_body.cpp.
[[nodiscard]] std::string_view journal_dictionary_1();

}  // namespace sluice::worker
