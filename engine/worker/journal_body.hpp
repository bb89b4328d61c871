#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sluice::worker {

/// Writes the bodies of journal rows as the database keeps them: zstd frames against a dictionary
/// of typical bodies, which makes two kilobytes of JSON about two hundred bytes. Owned by one
/// worker, one thread.
class JournalCompressor {
  public:
    JournalCompressor();
    ~JournalCompressor();

    /// The first byte of the result names the dictionary, the rest is the frame.
    [[nodiscard]] std::string compress(std::string_view json);

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// Reads them again. What a frame needs to be unpacked is made at the first one and kept: making it
/// costs more than a body of usual size. Owned by one reader, one thread.
class JournalDecompressor {
  public:
    JournalDecompressor();
    ~JournalDecompressor();
    JournalDecompressor(JournalDecompressor&&) noexcept;
    JournalDecompressor& operator=(JournalDecompressor&&) noexcept;

    /// The JSON again, at most 16 MiB. `corrupt` when it is not what compress() wrote. Bodies of
    /// every dictionary that was ever used, and uncompressed ones (first byte 0), stay readable.
    Result<std::string> decompress(std::string_view stored);

  private:
    struct Context;
    std::unique_ptr<Context> context_;  ///< null until the first frame
};

}  // namespace sluice::worker
