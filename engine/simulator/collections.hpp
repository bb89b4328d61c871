#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "core/value.hpp"
#include "simulator/api_error.hpp"
#include "simulator/bank_account.hpp"
#include "simulator/books.hpp"
#include "simulator/collection_order.hpp"
#include "simulator/id_source.hpp"
#include "simulator/payouts.hpp"

namespace sluice::simulator {

/// open goes on to paid or closed; a transfer that was on its way makes even closed paid.
enum class CollectionStatus { open, paid, closed };
[[nodiscard]] std::string_view to_string(CollectionStatus status);

/// Money that a payer sends to a collection's account.
struct Transfer {
    std::int64_t amount = 0;  ///< fen
    PayMoment moment = PayMoment::in_time;
    std::string payer_account = "6222020200445566778";
};

/// A collection as the bank keeps it. A value; Collections holds the original.
struct Collection {
    CollectionOrder wanted;
    std::string account;
    std::string collection_id;
    std::string deposit_account;  ///< opened for it alone
    std::string deposit_name;
    CollectionStatus status = CollectionStatus::open;
    std::int64_t received = 0;
    std::string payer_account;
    Time created;
    std::optional<Time> paid;
    std::optional<Time> closed;
    int creates = 0;
    int queries = 0;
    int closes = 0;
    int callbacks_sent = 0;
    int callbacks_acknowledged = 0;

    [[nodiscard]] PayoutKey key() const { return {account, wanted.request_number}; }
};

/// What the bank collects for its customers. One transfer each; the money itself is the Payouts'.
/// Keeps at most `collections_max` and forgets the oldest first. Any thread.
class Collections {
  public:
    struct Settings {
        std::uint64_t seed = 1;
        std::size_t collections_max = 300'000;
    };
    explicit Collections(const Settings& settings)
        : ids_(settings.seed), collections_max_(settings.collections_max) {}

    /// A new one, or the known one when nothing differs (then `creates` is more than 1). Refusals,
    /// in this order: REQUEST_NUMBER_USED for another content, COLLECTION_NOT_AGREED,
    /// COLLECTION_EXPIRED; they keep nothing.
    ApiResult<Collection> create(
        const CollectionOrder& wanted, const BankAccount& account, Time now
    );
    /// REQUEST_UNKNOWN when there is none.
    ApiResult<Collection> query(const PayoutKey& key, Time now);
    /// Repeatable; one that was paid stays paid. REQUEST_UNKNOWN.
    ApiResult<Collection> close(const PayoutKey& key, Time now);
    /// The payer's money arrives, whatever its amount: once. COLLECTION_PAID, REQUEST_UNKNOWN, and
    /// COLLECTION_CLOSED unless it comes late.
    ApiResult<Collection> pay(const PayoutKey& key, const Transfer& transfer, Time now);
    [[nodiscard]] std::optional<Collection> find(const PayoutKey& key, Time now);

    void note_callback(const PayoutKey& key, Books::Delivery delivery);

    /// Rows as the bank's answers tell them, with what it counted.
    ValueArray report(const PayoutsFilter& filter, Time now);

  private:
    Collection* locate(const PayoutKey& key, Time now) SLUICE_REQUIRES(mutex_);

    IdSource ids_;
    std::size_t collections_max_;
    Mutex mutex_;
    std::map<PayoutKey, Collection> collections_ SLUICE_GUARDED_BY(mutex_);
    std::deque<PayoutKey> by_age_ SLUICE_GUARDED_BY(mutex_);
    std::uint64_t opened_ SLUICE_GUARDED_BY(mutex_) = 0;
};

/// The object of answers and callbacks.
[[nodiscard]] Value collection_object(const Collection& collection);

}  // namespace sluice::simulator
