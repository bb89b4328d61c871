#include "kit/text_file.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

namespace sluice::kit {
namespace {

constexpr std::uintmax_t kBytesMax = std::uintmax_t{1} << 20U;

}  // namespace

Result<std::string> read_text(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        return fail(ErrorCode::not_found, "the file " + path.string() + " is missing");
    }
    if (const auto size = std::filesystem::file_size(path, error); error || size > kBytesMax) {
        return fail(ErrorCode::limit, "the file " + path.string() + " is larger than 1 MiB");
    }
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) {
        return fail(ErrorCode::invalid, "the file " + path.string() + " cannot be read");
    }
    return text;
}

}  // namespace sluice::kit
