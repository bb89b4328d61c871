#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace sluice::channel {

/// What a packed file may become at most.
inline constexpr std::size_t kUnpackedMax = std::size_t{256} << 20U;

/// The content of a gzip file, all its members. `corrupt` when it is none or is cut off, `limit`
/// above the limit. Pure.
Result<std::string> unpack_gzip(std::string_view packed, std::size_t bytes_max = kUnpackedMax);

/// One file of an archive; its name as the bytes stand there.
struct ArchivedFile {
    std::string name;
    std::string content;
};
/// The files of a zip archive, stored or deflated, folders left out. `corrupt` for anything else,
/// or a checksum that differs; `limit` when all together are above the limit. Pure.
Result<std::vector<ArchivedFile>> unpack_zip(
    std::string_view packed, std::size_t bytes_max = kUnpackedMax
);

}  // namespace sluice::channel
