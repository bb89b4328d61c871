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

/// The JSON again, at most 16 MiB. `corrupt` when it is not what compress() wrote. Bodies of every
/// dictionary that was ever used, and uncompressed ones (first byte 0), stay readable.
Result<std::string> decompress_journal_body(std::string_view stored);

}  // namespace sluice::worker
