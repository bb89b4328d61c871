#include "attacks/attack_file.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace sluice::attacks {
namespace {

/// The text behind "-- name: " or "".
std::string header(const std::string& source, const std::string& name) {
    const std::string mark = "-- " + name + ": ";
    const std::size_t at = source.find(mark);
    if (at == std::string::npos) {
        return "";
    }
    const std::size_t begin = at + mark.size();
    return source.substr(begin, source.find('\n', begin) - begin);
}

AttackFile read_attack(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    AttackFile attack;
    attack.name = path.filename().string();
    attack.source.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    std::istringstream words(header(attack.source, "expect"));
    for (std::string word; words >> word;) {
        if (word != "|") {
            attack.expected.push_back(word);
        }
    }
    attack.is_generator = header(attack.source, "mode") == "generate";
    attack.runs_again = header(attack.source, "again") == "yes";
    attack.is_deterministic = header(attack.source, "deterministic") == "yes";
    if (header(attack.source, "attack").empty() || header(attack.source, "class").empty()) {
        attack.expected.clear();
    }
    return attack;
}

}  // namespace

void PrintTo(const AttackFile& attack, std::ostream* out) { *out << attack.name; }

std::string name_of_case(const testing::TestParamInfo<AttackFile>& attack) {
    return attack.param.name.substr(0, attack.param.name.find('.'));
}

std::vector<AttackFile> read_corpus(const std::filesystem::path& folder) {
    std::vector<AttackFile> attacks;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".lua") {
            attacks.push_back(read_attack(entry.path()));
        }
    }
    std::ranges::sort(attacks, {}, &AttackFile::name);
    return attacks;
}

}  // namespace sluice::attacks
