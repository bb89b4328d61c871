#pragma once

#include <string_view>

namespace sluice::worker {

/// journal_dictionary_<number>.zdict, compiled in: what journal bodies have in common, with the
/// frequencies of its bytes. One that was released must never change; see journal_body.cpp.
/// The first was made of whole bodies (ZDICT_finalizeDictionary), the second by
/// `./dev dictionary`.
[[nodiscard]] std::string_view journal_dictionary_1();
[[nodiscard]] std::string_view journal_dictionary_2();

}  // namespace sluice::worker
