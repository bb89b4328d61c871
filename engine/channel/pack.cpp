#include "channel/pack.hpp"

#include <cstdint>
#include <zlib.h>

namespace sluice::channel {
namespace {

constexpr int kGzipWindow = 15 + 16;
constexpr int kRawWindow = -15;

std::string deflated(std::string_view content, int window) {
    z_stream stream{};
    deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
    std::string packed(deflateBound(&stream, content.size()), '\0');
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::string number(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) {
        text += static_cast<char>((value >> (8 * i)) & 0xffU);
    }
    return text;
}

}  // namespace

std::string gzipped(std::string_view content) { return deflated(content, kGzipWindow); }

std::string zipped(const std::vector<std::pair<std::string, std::string>>& files) {
    std::string archive;
    std::string directory;
    for (const auto& [name, content] : files) {
        const std::string packed = deflated(content, kRawWindow);
        const auto checksum = crc32(
            0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())
        );
        // Version, flags, method, time, day, checksum, sizes: the same in both places.
        const std::string head = number(20, 2) + number(0, 2) + number(8, 2) + number(0, 4) +
                                 number(checksum, 4) + number(packed.size(), 4) +
                                 number(content.size(), 4) + number(name.size(), 2) + number(0, 2);
        directory += number(0x02014b50, 4) + number(20, 2) + head + number(0, 2) + number(0, 2) +
                     number(0, 2) + number(0, 4) + number(archive.size(), 4) + name;
        archive += number(0x04034b50, 4) + head + name + packed;
    }
    const std::uint64_t place = archive.size();
    return archive + directory + number(0x06054b50, 4) + number(0, 4) + number(files.size(), 2) +
           number(files.size(), 2) + number(directory.size(), 4) + number(place, 4) + number(0, 2);
}

}  // namespace sluice::channel
