// Runs a fuzz target on the files of a corpus and on a fixed number of changes of them, the same in
// every run: fuzz_target <runs> <file>... Fails when a reader of the target was not reached.
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "fuzz/reach.hpp"
#include "fuzz/record_change.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kPart = 64;
constexpr std::uint64_t kChangesMax = 8;
/// Of values in a record: few, or nothing of what it is about is left.
constexpr std::uint64_t kInsideMax = 3;
const std::string* tried = nullptr;

/// Who reads of a broken invariant wants to know by what.
extern "C" void tell_input(int /*signal*/) {
    if (tried != nullptr) {
        [[maybe_unused]] auto written = write(STDERR_FILENO, tried->data(), tried->size());
        written = write(STDERR_FILENO, "\n", 1);
    }
}

void try_it(const std::string& input) {
    tried = &input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::size_t place_in(const std::string& text, std::mt19937_64& chance) {
    return text.empty() ? 0 : static_cast<std::size_t>(chance() % text.size());
}

/// The place is drawn before the length: every compiler makes the same inputs.
std::string part_of(const std::string& text, std::mt19937_64& chance) {
    const std::size_t at = place_in(text, chance);
    return text.substr(at, chance() % kPart);
}

/// One small change: a byte, a cut, a repeated part, a part of another file.
void change(std::string& text, const std::string& other, std::mt19937_64& chance) {
    const std::size_t at = place_in(text, chance);
    switch (chance() % 5) {
        case 0:
            if (!text.empty()) {
                text[at] = static_cast<char>(chance() & 0xffU);
            }
            break;
        case 1:
            text.erase(at, static_cast<std::size_t>(chance() % kPart));
            break;
        case 2:
            text.insert(at, part_of(text, chance));
            break;
        case 3:
            text.insert(at, part_of(other, chance));
            break;
        default:
            if (!text.empty()) {
                text[at] = static_cast<char>(
                    static_cast<unsigned char>(text[at]) ^ (1U << (chance() % 8U))
                );
            }
            break;
    }
}

/// One of the files after some changes: of its bytes, or, of every other record, inside of it.
std::string changed(const std::vector<std::string>& corpus, std::mt19937_64& chance) {
    std::string input = corpus[static_cast<std::size_t>(chance() % corpus.size())];
    const std::string& other = corpus[static_cast<std::size_t>(chance() % corpus.size())];
    const bool stays_record = input.starts_with('{') && chance() % 2 == 0;
    const auto changes_max = stays_record ? kInsideMax : kChangesMax;
    for (auto changes = 1 + chance() % changes_max; changes > 0; --changes) {
        if (stays_record) {
            sluice::fuzz::change_inside(
                input,
                chance,
                [&](std::string& text, const std::string& more) { change(text, more, chance); }
            );
        } else {
            change(input, other, chance);
        }
    }
    return input;
}

/// Tells what was reached since the last time; false when a reader was not.
bool has_reached_all(std::string_view by) {
    const sluice::fuzz::Reach reach = sluice::fuzz::take_reach();
    bool is_all = true;
    for (const std::string& reader : sluice::fuzz::readers()) {
        const auto found = reach.find(reader);
        const long times = found == reach.end() ? 0 : found->second;
        std::cout << by << " reached " << reader << ": " << times << "\n";
        is_all = is_all && times > 0;
    }
    return is_all;
}

}  // namespace

int main(int count, char** arguments) {
    std::vector<std::string> corpus{""};
    for (int i = 2; i < count; ++i) {
        std::ifstream file(arguments[i], std::ios::binary);
        if (!file) {
            std::cerr << arguments[i] << " cannot be read\n";
            return EXIT_FAILURE;
        }
        corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    std::signal(SIGABRT, tell_input);
    const long runs = count > 1 ? std::strtol(arguments[1], nullptr, 10) : 0;
    std::mt19937_64 chance(20260101);
    for (const std::string& input : corpus) {
        try_it(input);
    }
    const bool by_files = has_reached_all("what was recorded");
    const std::set<std::string> recorded(corpus.begin(), corpus.end());
    for (long run = 0; run < runs; ++run) {
        const std::string input = changed(corpus, chance);
        // Some changes undo each other; what was recorded was tried.
        if (!recorded.contains(input)) {
            try_it(input);
        }
    }
    const bool by_changes = has_reached_all("what was changed");
    std::cout << runs << " runs over " << corpus.size() << " files\n";
    if (!by_files || !by_changes) {
        std::cerr << "a reader was never reached: what ran proves nothing of it\n";
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
