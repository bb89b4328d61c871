#include "channel/pack.hpp"

#include <cstdint>
#include <zlib.h>

namespace sluice::channel {
namespace {

// What zlib calls window bits says the format too.
constexpr int kGzipFormat = 15 + 16;
constexpr int kRawFormat = -15;

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

/// Little endian.
void put(std::string& to, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
        to += static_cast<char>((value >> (8 * i)) & 0xffU);
    }
}

/// Version, flags, method, time, day, checksum, sizes: the same in both places.
std::string head_of(std::string_view name, std::string_view content, std::size_t packed) {
    const auto checksum =
        crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
    std::string head;
    put(head, 20, 2);
    put(head, 0, 2);
    put(head, 8, 2);
    put(head, 0, 4);
    put(head, checksum, 4);
    put(head, packed, 4);
    put(head, content.size(), 4);
    put(head, name.size(), 2);
    put(head, 0, 2);
    return head;
}

}  // namespace

std::string gzipped(std::string_view content) { return deflated(content, kGzipFormat); }

std::string zipped(const std::vector<std::pair<std::string, std::string>>& files) {
    std::string archive;
    std::string directory;
    for (const auto& [name, content] : files) {
        const std::string packed = deflated(content, kRawFormat);
        const std::string head = head_of(name, content, packed.size());
        put(directory, 0x02014b50, 4);
        put(directory, 20, 2);
        directory += head;
        // Comment, disk, attributes.
        put(directory, 0, 2);
        put(directory, 0, 2);
        put(directory, 0, 2);
        put(directory, 0, 4);
        put(directory, archive.size(), 4);
        directory += name;
        put(archive, 0x04034b50, 4);
        archive += head;
        archive += name;
        archive += packed;
    }
    const std::uint64_t place = archive.size();
    archive += directory;
    put(archive, 0x06054b50, 4);
    put(archive, 0, 4);
    put(archive, files.size(), 2);
    put(archive, files.size(), 2);
    put(archive, directory.size(), 4);
    put(archive, place, 4);
    put(archive, 0, 2);
    return archive;
}

}  // namespace sluice::channel
