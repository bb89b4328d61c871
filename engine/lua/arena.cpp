#include "lua/arena.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace sluice::lua {

Arena::~Arena() {
    while (chunks_ != nullptr) {
        std::free(std::exchange(chunks_, chunks_->next));
    }
    while (large_ != nullptr) {
        std::free(std::exchange(large_, large_->next));
    }
}

void* Arena::allocate(std::size_t size) {
    return size <= kSmall ? allocate_small(size) : allocate_large(size);
}

void* Arena::allocate_small(std::size_t size) {
    const std::size_t klass = class_of(size);
    if (FreeBlock* block = free_[klass]) {
        free_[klass] = block->next;
        return block;
    }
    const std::size_t bytes = klass * kGrain;
    if (static_cast<std::size_t>(end_ - next_) < bytes) {
        void* memory = std::malloc(kChunk);  // NOLINT(cppcoreguidelines-owning-memory): see ~Arena
        if (memory == nullptr) {
            return nullptr;
        }
        chunks_ = new (memory) Chunk{chunks_};
        next_ = static_cast<std::byte*>(memory) + kGrain;
        end_ = static_cast<std::byte*>(memory) + kChunk;
    }
    return std::exchange(next_, next_ + bytes);
}

void* Arena::allocate_large(std::size_t size) {
    const std::size_t bytes = sizeof(Large) + size;
    void* memory = std::malloc(bytes);  // NOLINT(cppcoreguidelines-owning-memory): see ~Arena
    if (memory == nullptr) {
        return nullptr;
    }
    auto* large = new (memory) Large{large_, nullptr};
    if (large_ != nullptr) {
        large_->previous = large;
    }
    large_ = large;
    return large + 1;
}

void Arena::release(void* block, std::size_t size) {
    if (block == nullptr) {
        return;
    }
    if (size <= kSmall) {
        const std::size_t klass = class_of(size);
        free_[klass] = new (block) FreeBlock{free_[klass]};
        return;
    }
    Large* large = static_cast<Large*>(block) - 1;
    (large->previous == nullptr ? large_ : large->previous->next) = large->next;
    if (large->next != nullptr) {
        large->next->previous = large->previous;
    }
    std::free(large);
}

void* Arena::resize(void* block, std::size_t old_size, std::size_t new_size) {
    if (old_size <= kSmall && new_size <= kSmall && class_of(old_size) == class_of(new_size)) {
        return block;
    }
    void* moved = allocate(new_size);
    if (moved == nullptr) {
        return nullptr;
    }
    std::memcpy(moved, block, std::min(old_size, new_size));
    release(block, old_size);
    return moved;
}

}  // namespace sluice::lua
