#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::attacks {

/// One hostile script and what its header promises.
struct AttackFile {
    std::string name;  ///< the file's name
    std::string source;
    std::vector<std::string> expected;  ///< allowed outcomes
    bool is_generator = false;          ///< the text it returns is the hostile script
    bool runs_again = false;            ///< run twice: the second run ends like the first
    bool is_deterministic = false;      ///< the same bytes in every process
};

/// How a test names it.
void PrintTo(const AttackFile& attack, std::ostream* out);
std::string name_of_case(const testing::TestParamInfo<AttackFile>& attack);

/// Every attack of the corpus in order of name. A file without a complete header is an error of
/// the corpus and comes with no expected outcome.
std::vector<AttackFile> read_corpus(const std::filesystem::path& folder);

}  // namespace sluice::attacks
