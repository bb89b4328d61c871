#include "config/secret_file.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

namespace sluice::config {
namespace {

constexpr std::uintmax_t kSizeMax = 64U << 10U;

}  // namespace

Result<Secret<std::string>> read_secret_file(const std::filesystem::path& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    std::string text;
    if (!error && size <= kSizeMax) {
        std::ifstream in(path, std::ios::binary);
        text.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    while (text.ends_with('\n') || text.ends_with('\r')) {
        text.pop_back();
    }
    if (text.empty()) {
        return fail(
            ErrorCode::invalid,
            "the file " + path.string() + ", wanted one that can be read and has 1 byte to 64 KiB"
        );
    }
    return Secret<std::string>(std::move(text));
}

}  // namespace sluice::config
