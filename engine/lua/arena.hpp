#pragma once

#include <array>
#include <cstddef>

namespace sluice::lua {

/// The memory of one interpreter: small blocks come from chunks and are reused by size, large ones
/// from the heap, and everything goes at once when the arena does. An interpreter so owned need not
/// be closed object by object, which was a third of a short run's cost. Owned by one Box, one
/// thread.
class Arena {
  public:
    Arena() = default;
    ~Arena();
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// nullptr when the machine has no memory.
    void* allocate(std::size_t size);
    void release(void* block, std::size_t size);
    /// Keeps the content of the smaller of both sizes; on failure the old block stays.
    void* resize(void* block, std::size_t old_size, std::size_t new_size);

  private:
    static constexpr std::size_t kGrain = 16;
#if defined(SLUICE_SANITIZED)
    // Every block by itself, so that the sanitizer sees what is used after it was given back.
    static constexpr std::size_t kSmall = 0;
#else
    static constexpr std::size_t kSmall = 512;
#endif
    static constexpr std::size_t kChunk = 4096;

    struct FreeBlock {
        FreeBlock* next;
    };
    struct Chunk {
        Chunk* next;
    };
    struct alignas(kGrain) Large {
        Large* next;
        Large* previous;
    };

    static std::size_t class_of(std::size_t size) { return (size + kGrain - 1) / kGrain; }
    void* allocate_small(std::size_t size);
    void* allocate_large(std::size_t size);

    std::array<FreeBlock*, kSmall / kGrain + 1> free_{};
    std::byte* next_ = nullptr;
    std::byte* end_ = nullptr;
    Chunk* chunks_ = nullptr;
    Large* large_ = nullptr;
};

}  // namespace sluice::lua
