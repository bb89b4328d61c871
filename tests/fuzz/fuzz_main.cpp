// Runs a fuzz target on the files of a corpus and on a fixed number of changes of them, the same in
// every run: fuzz_target <runs> <file>...
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kPart = 64;
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
    for (long run = 0; run < runs; ++run) {
        std::string input = corpus[static_cast<std::size_t>(chance() % corpus.size())];
        const std::string& other = corpus[static_cast<std::size_t>(chance() % corpus.size())];
        for (auto changes = 1 + chance() % 8; changes > 0; --changes) {
            change(input, other, chance);
        }
        try_it(input);
    }
    std::cout << runs << " runs over " << corpus.size() << " files\n";
    return EXIT_SUCCESS;
}
