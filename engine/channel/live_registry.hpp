#pragma once

#include <utility>

#include "channel/registry.hpp"
#include "core/mutex.hpp"

namespace sluice::channel {

/// The registry that counts now. A reload puts another one in its place; whoever began with the
/// old one keeps that. Owned by the app; any thread.
class LiveRegistry {
  public:
    explicit LiveRegistry(RegistryPtr first) : current_(std::move(first)) {}

    [[nodiscard]] RegistryPtr current() const SLUICE_EXCLUDES(mutex_);
    void adopt(RegistryPtr next) SLUICE_EXCLUDES(mutex_);

  private:
    mutable Mutex mutex_;
    RegistryPtr current_ SLUICE_GUARDED_BY(mutex_);
};

/// Where a registry comes from: one that stays, or the live one, which must outlive this.
class RegistrySource {
  public:
    // NOLINTBEGIN(google-explicit-constructor): either of them is a source.
    RegistrySource(RegistryPtr fixed) : fixed_(std::move(fixed)) {}
    RegistrySource(const LiveRegistry& live) : live_(&live) {}
    // NOLINTEND(google-explicit-constructor)

    [[nodiscard]] RegistryPtr now() const { return live_ == nullptr ? fixed_ : live_->current(); }

  private:
    RegistryPtr fixed_;
    const LiveRegistry* live_ = nullptr;
};

}  // namespace sluice::channel
