#include "worker/journal_body.hpp"

#include <array>
#include <map>
#include <zstd.h>

#include "core/invariant.hpp"
#include "worker/journal_dictionary.hpp"

namespace sluice::worker {
namespace {

/// What the first byte of a stored body says: no dictionary, or the number of one. A changed
/// dictionary cannot read what the old one wrote: it gets the next number, and the old ones stay.
constexpr char kPlain = 0;

struct NumberedDictionary {
    char number;
    std::string_view (*bytes)();
};

constexpr std::array kDictionaries{
    NumberedDictionary{1, journal_dictionary_1},
    NumberedDictionary{2, journal_dictionary_2},
};
/// New bodies are written with this one.
constexpr NumberedDictionary kNewest = kDictionaries.back();

// On bodies of this size 1.4 us for 155 to 195 bytes; level 1 1.2 us for 165 to 200, level 4 3.2 us
// for 130 to 180.
constexpr int kLevel = 3;
constexpr unsigned long long kBodyBytesMax = 16U << 20U;

struct FreeDictionary {
    void operator()(ZSTD_CDict* dictionary) const { ZSTD_freeCDict(dictionary); }
    void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
};

/// Prepared once, read by every thread.
const ZSTD_CDict* writing_dictionary() {
    static const std::unique_ptr<ZSTD_CDict, FreeDictionary> kPrepared(
        ZSTD_createCDict(kNewest.bytes().data(), kNewest.bytes().size(), kLevel)
    );
    return kPrepared.get();
}

using ReadingDictionaries = std::map<char, std::unique_ptr<ZSTD_DDict, FreeDictionary>>;

ReadingDictionaries prepare_reading() {
    ReadingDictionaries prepared;
    for (const auto& [number, bytes] : kDictionaries) {
        prepared[number].reset(ZSTD_createDDict(bytes().data(), bytes().size()));
        SLUICE_INVARIANT(prepared[number] != nullptr);
    }
    return prepared;
}

/// nullptr if there is none with this number.
const ZSTD_DDict* reading_dictionary(char number) {
    static const ReadingDictionaries kPrepared = prepare_reading();
    const auto found = kPrepared.find(number);
    return found == kPrepared.end() ? nullptr : found->second.get();
}

std::unexpected<Error> corrupt(std::string_view why) {
    return fail(ErrorCode::corrupt, "journal body cannot be read: " + std::string(why));
}

}  // namespace

struct JournalCompressor::Context {
    std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> zstd{ZSTD_createCCtx(), &ZSTD_freeCCtx};
};

JournalCompressor::JournalCompressor() : context_(std::make_unique<Context>()) {
    ZSTD_CCtx* zstd = context_->zstd.get();
    SLUICE_INVARIANT(zstd != nullptr && writing_dictionary() != nullptr);
    const bool ready = ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_dictIDFlag, 0)) == 0 &&
                       ZSTD_isError(ZSTD_CCtx_refCDict(zstd, writing_dictionary())) == 0;
    SLUICE_INVARIANT(ready);
}

JournalCompressor::~JournalCompressor() = default;

std::string JournalCompressor::compress(std::string_view json) {
    std::string stored(1 + ZSTD_compressBound(json.size()), kNewest.number);
    const std::size_t size = ZSTD_compress2(
        context_->zstd.get(), stored.data() + 1, stored.size() - 1, json.data(), json.size()
    );
    SLUICE_INVARIANT(ZSTD_isError(size) == 0);
    stored.resize(1 + size);
    return stored;
}

struct JournalDecompressor::Context {
    std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> zstd{ZSTD_createDCtx(), &ZSTD_freeDCtx};
};

JournalDecompressor::JournalDecompressor() = default;
JournalDecompressor::~JournalDecompressor() = default;
JournalDecompressor::JournalDecompressor(JournalDecompressor&&) noexcept = default;
JournalDecompressor& JournalDecompressor::operator=(JournalDecompressor&&) noexcept = default;

Result<std::string> JournalDecompressor::decompress(std::string_view stored) {
    if (stored.empty()) {
        return corrupt("it is empty");
    }
    const std::string_view frame = stored.substr(1);
    if (stored.front() == kPlain) {
        return std::string(frame);
    }
    const ZSTD_DDict* dictionary = reading_dictionary(stored.front());
    if (dictionary == nullptr) {
        return corrupt(
            "dictionary " + std::to_string(stored.front()) + " is not known, wanted at most " +
            std::to_string(kNewest.number)
        );
    }
    const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
    if (size > kBodyBytesMax) {
        return corrupt("it does not announce a size of at most 16 MiB");
    }
    if (context_ == nullptr) {
        context_ = std::make_unique<Context>();
        SLUICE_INVARIANT(context_->zstd != nullptr);
    }
    std::string json(size, '\0');
    const std::size_t read = ZSTD_decompress_usingDDict(
        context_->zstd.get(), json.data(), json.size(), frame.data(), frame.size(), dictionary
    );
    if (ZSTD_isError(read) != 0 || read != size) {
        return corrupt("its frame is damaged");
    }
    return json;
}

}  // namespace sluice::worker
