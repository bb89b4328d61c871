#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "simulator/id_source.hpp"

namespace sluice::simulator {

/// The file of a bill, as it was when it was asked for.
struct BillOnShelf {
    std::string owner;
    std::string content;
};

/// Where bills lie between the answer that names their address and the request that fetches them.
/// Keeps at most 16, the oldest goes first. Any thread.
class BillShelf {
  public:
    /// `tokens` must outlive it.
    explicit BillShelf(IdSource& tokens) : tokens_(tokens) {}

    /// What its address has to name; good until then.
    std::string put(BillOnShelf bill, Time until);
    /// nullopt for a token that nobody was given, or that is not good any more.
    [[nodiscard]] std::optional<BillOnShelf> find(std::string_view token, Time now);

  private:
    struct Kept {
        std::string token;
        BillOnShelf bill;
        Time until;
    };

    IdSource& tokens_;
    Mutex mutex_;
    std::deque<Kept> kept_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::simulator
