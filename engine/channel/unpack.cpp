#include "channel/unpack.hpp"

#include <cstdint>
#include <limits>
#include <utility>
#include <zlib.h>

namespace sluice::channel {
namespace {

constexpr std::size_t kChunk = std::size_t{64} << 10U;
constexpr int kGzipWindow = 15 + 16;
constexpr int kRawWindow = -15;

constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::uint32_t kFileSignature = 0x04034b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEntrySize = 46;
constexpr std::size_t kFileSize = 30;
constexpr std::size_t kCommentMax = 65'535;
constexpr std::size_t kFilesMax = 1000;
constexpr std::uint32_t kStored = 0;
constexpr std::uint32_t kDeflated = 8;
constexpr std::uint32_t kEncrypted = 1;

std::unexpected<Error> corrupt(const char* what) {
    return fail(ErrorCode::corrupt, std::string("the packed file ") + what);
}

std::unexpected<Error> too_large(std::size_t bytes_max) {
    return fail(
        ErrorCode::limit,
        "the packed file becomes more than " + std::to_string(bytes_max) + " bytes"
    );
}

/// A stream of the library that ends with its owner.
class Inflater {
  public:
    explicit Inflater(int window) { is_ready_ = inflateInit2(&stream_, window) == Z_OK; }
    ~Inflater() {
        if (is_ready_) {
            inflateEnd(&stream_);
        }
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    void feed(std::string_view packed) {
        // The library does not write there; its type says nothing of it.
        stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
        stream_.avail_in = static_cast<uInt>(packed.size());
    }
    /// More of the content; its end, when `is_over()` says so. False for a broken stream.
    bool step(std::string& content) {
        std::string chunk(kChunk, '\0');
        stream_.next_out = reinterpret_cast<Bytef*>(chunk.data());
        stream_.avail_out = static_cast<uInt>(chunk.size());
        const int done = is_ready_ ? inflate(&stream_, Z_NO_FLUSH) : Z_STREAM_ERROR;
        content.append(chunk, 0, chunk.size() - stream_.avail_out);
        is_over_ = done == Z_STREAM_END;
        // Without progress the stream is cut off.
        return is_over_ || (done == Z_OK && (stream_.avail_in > 0 || stream_.avail_out == 0));
    }
    [[nodiscard]] bool is_over() const { return is_over_; }
    [[nodiscard]] std::size_t left() const { return stream_.avail_in; }
    void begin_again() {
        is_over_ = false;
        is_ready_ = is_ready_ && inflateReset(&stream_) == Z_OK;
    }

  private:
    z_stream stream_{};
    bool is_ready_ = false;
    bool is_over_ = false;
};

/// One whole stream, appended.
Result<void> inflate_all(Inflater& inflater, std::string& content, std::size_t bytes_max) {
    while (!inflater.is_over()) {
        if (!inflater.step(content)) {
            return corrupt("is broken or cut off");
        }
        if (content.size() > bytes_max) {
            return too_large(bytes_max);
        }
    }
    return {};
}

/// Little endian; 0 beyond the end, which what is read then does not survive.
std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < size && at + i < bytes.size(); ++i) {
        number |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    }
    return number;
}

/// A line of the archive's directory.
struct Entry {
    std::string_view name;
    std::uint32_t flags = 0;
    std::uint32_t method = 0;
    std::uint32_t checksum = 0;
    std::size_t packed_size = 0;
    std::size_t size = 0;
    std::size_t place = 0;
};

struct Directory {
    std::size_t place = 0;
    std::size_t files = 0;
};

/// It stands at the end, before a comment.
Result<Directory> find_directory(std::string_view bytes) {
    const std::size_t first =
        bytes.size() > kEndSize + kCommentMax ? bytes.size() - kEndSize - kCommentMax : 0;
    for (std::size_t at = bytes.size() < kEndSize ? 0 : bytes.size() - kEndSize + 1; at > first;) {
        --at;
        if (number_at(bytes, at, 4) == kEndSignature) {
            return Directory{number_at(bytes, at + 16, 4), number_at(bytes, at + 10, 2)};
        }
    }
    return corrupt("is no zip archive");
}

/// The entry at `at`, which then stands behind it.
Result<Entry> next_entry(std::string_view bytes, std::size_t& at) {
    if (at + kEntrySize > bytes.size() || number_at(bytes, at, 4) != kEntrySignature) {
        return corrupt("has a broken directory");
    }
    const std::size_t name_size = number_at(bytes, at + 28, 2);
    const std::size_t size =
        kEntrySize + name_size + number_at(bytes, at + 30, 2) + number_at(bytes, at + 32, 2);
    if (at + size > bytes.size()) {
        return corrupt("has a broken directory");
    }
    Entry entry;
    entry.flags = number_at(bytes, at + 8, 2);
    entry.method = number_at(bytes, at + 10, 2);
    entry.checksum = number_at(bytes, at + 16, 4);
    entry.packed_size = number_at(bytes, at + 20, 4);
    entry.size = number_at(bytes, at + 24, 4);
    entry.place = number_at(bytes, at + 42, 4);
    entry.name = bytes.substr(at + kEntrySize, name_size);
    at += size;
    return entry;
}

Result<std::string> content_of(std::string_view bytes, const Entry& entry, std::size_t bytes_max) {
    const bool is_known = entry.method == kStored || entry.method == kDeflated;
    if (!is_known || (entry.flags & kEncrypted) != 0) {
        return corrupt("has a file that is encrypted or packed in an unknown way");
    }
    if (entry.size > bytes_max) {
        return too_large(bytes_max);
    }
    if (entry.place + kFileSize > bytes.size() ||
        number_at(bytes, entry.place, 4) != kFileSignature) {
        return corrupt("has a file where there is none");
    }
    const std::size_t begin = entry.place + kFileSize + number_at(bytes, entry.place + 26, 2) +
                              number_at(bytes, entry.place + 28, 2);
    if (begin > bytes.size() || entry.packed_size > bytes.size() - begin) {
        return corrupt("has a file that is cut off");
    }
    const std::string_view packed = bytes.substr(begin, entry.packed_size);
    std::string content;
    if (entry.method == kStored) {
        content = packed;
    } else {
        Inflater inflater(kRawWindow);
        inflater.feed(packed);
        SLUICE_TRY(inflate_all(inflater, content, bytes_max));
    }
    const auto checksum =
        crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
    if (content.size() != entry.size || checksum != entry.checksum) {
        return corrupt("has a file that is not what its checksum says");
    }
    return content;
}

bool is_too_long(std::string_view packed) {
    return packed.size() > std::numeric_limits<std::uint32_t>::max();
}

}  // namespace

Result<std::string> unpack_gzip(std::string_view packed, std::size_t bytes_max) {
    if (packed.empty() || is_too_long(packed)) {
        return corrupt("is no gzip file");
    }
    std::string content;
    Inflater inflater(kGzipWindow);
    inflater.feed(packed);
    while (true) {
        SLUICE_TRY(inflate_all(inflater, content, bytes_max));
        if (inflater.left() == 0) {
            return content;
        }
        inflater.begin_again();
    }
}

Result<std::vector<ArchivedFile>> unpack_zip(std::string_view packed, std::size_t bytes_max) {
    if (is_too_long(packed)) {
        return corrupt("is no zip archive");
    }
    SLUICE_ASSIGN(const Directory directory, find_directory(packed));
    if (directory.files > kFilesMax) {
        return corrupt("has too many files");
    }
    std::vector<ArchivedFile> files;
    std::size_t at = directory.place;
    std::size_t room = bytes_max;
    for (std::size_t i = 0; i < directory.files; ++i) {
        SLUICE_ASSIGN(const Entry entry, next_entry(packed, at));
        if (entry.name.ends_with('/')) {
            continue;
        }
        SLUICE_ASSIGN(std::string content, content_of(packed, entry, room));
        room -= content.size();
        files.push_back({std::string(entry.name), std::move(content)});
    }
    return files;
}

}  // namespace sluice::channel
