#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "core/value.hpp"
#include "simulator/bank_statement.hpp"

namespace sluice::simulator {

/// What became of one merchant's money at the channel, in fen. At any moment
/// collected + topped_up = balance + refunding + refunded + held + swept.
struct FundsRow {
    std::int64_t collected = 0;  ///< payers' money in
    std::int64_t topped_up = 0;  ///< the merchant's own money in
    std::int64_t swept = 0;      ///< out to the merchant's bank
    std::int64_t refunding = 0;  ///< on the way to payers
    std::int64_t refunded = 0;   ///< arrived at payers
    std::int64_t held = 0;       ///< came back from a payer's bank and waits for the merchant
    std::int64_t balance = 0;    ///< free for refunds and sweeps

    friend bool operator==(const FundsRow&, const FundsRow&) = default;
};
[[nodiscard]] Value to_value(const FundsRow& row);

/// The merchants' balances at the channel. A balance is never negative. Any thread.
class Funds {
  public:
    enum class Part { refunding, refunded, held, balance };
    /// Money that comes, goes or moves, in fen, and what it is about: the merchant's number and the
    /// channel's, both empty for money of the merchant's own.
    struct Movement {
        Time at;
        std::int64_t amount = 0;
        std::string number = {};
        std::string reference = {};
    };
    /// `statements`: where every change of a balance is written down; outlives it.
    explicit Funds(Statements& statements) : statements_(statements) {}

    void collect(const std::string& mchid, const Movement& movement);
    void top_up(const std::string& mchid, const Movement& movement);
    /// False when the balance is smaller; then nothing changes.
    bool sweep(const std::string& mchid, const Movement& movement);
    struct Move {
        Part from = Part::balance;
        Part to = Part::refunding;
        Movement movement;
    };
    /// The same.
    bool move(const std::string& mchid, const Move& move);

    [[nodiscard]] FundsRow row(const std::string& mchid);

  private:
    void write_down(const std::string& mchid, BookedKind kind, const Movement& movement)
        SLUICE_REQUIRES(mutex_);

    Statements& statements_;
    Mutex mutex_;
    std::map<std::string, FundsRow> rows_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::simulator
