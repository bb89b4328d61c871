#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <unordered_map>

#include "core/id.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"
#include "payment/payment.hpp"

namespace sluice::worker {

/// Payments with their orders and instructions as one snapshot has them, as they came from the
/// database: each is read when it is asked for, so that one that cannot be read spoils no other.
/// Any one thread at a time.
class PictureRows {
  public:
    /// One statement; blocks. Errors are the connection's.
    static Result<PictureRows> load(db::Connection& connection, std::span<const RunId> ids);

    /// nullopt when there is no such payment. `corrupt` or `invalid` for rows that cannot be read.
    [[nodiscard]] Result<std::optional<payment::Picture>> read(RunId id) const;

  private:
    explicit PictureRows(db::Rows rows);

    db::Rows rows_;
    std::unordered_map<RunId, std::size_t> first_;  ///< the rows of a payment lie together
};

/// The same for one payment.
Result<std::optional<payment::Picture>> load_picture(db::Connection& connection, RunId id);

}  // namespace sluice::worker
