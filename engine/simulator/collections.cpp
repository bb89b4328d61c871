#include "simulator/collections.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "simulator/beijing.hpp"

namespace sluice::simulator {

namespace {

constexpr std::string_view kBankCode = "102100099996";
constexpr std::size_t kDepositDigits = 8;

std::unexpected<ApiError> unknown_collection() {
    return refuse(404, "REQUEST_UNKNOWN", "there is no collection with this request_number");
}

/// The customer's account and a number of its own behind it.
std::string deposit_account_of(const std::string& account, std::uint64_t number) {
    std::string digits = std::to_string(number);
    digits.insert(0, kDepositDigits - std::min(kDepositDigits, digits.size()), '0');
    return account + digits;
}

Value collection_report(const Collection& collection) {
    Value out = collection_object(collection);
    out.set("creates", collection.creates);
    out.set("queries", collection.queries);
    out.set("closes", collection.closes);
    out.set("callbacks_sent", collection.callbacks_sent);
    out.set("callbacks_acknowledged", collection.callbacks_acknowledged);
    return out;
}

}  // namespace

std::string_view to_string(CollectionStatus status) {
    switch (status) {
        case CollectionStatus::open:
            return "open";
        case CollectionStatus::paid:
            return "paid";
        case CollectionStatus::closed:
            break;
    }
    return "closed";
}

Value collection_object(const Collection& collection) {
    Value out(ValueObject{
        {"collection_id", collection.collection_id},
        {"account", collection.account},
        {"request_number", collection.wanted.request_number},
        {"amount", collection.wanted.amount},
        {"currency", "CNY"},
        {"status", to_string(collection.status)},
        {"deposit",
         Value(ValueObject{
             {"account_number", collection.deposit_account},
             {"account_name", collection.deposit_name},
             {"bank_code", kBankCode}
         })},
        {"created_at", format_rfc3339_offset(collection.created, kBeijing)},
        {"paid_at", time_or_null(collection.paid)},
        {"closed_at", time_or_null(collection.closed)}
    });
    if (collection.status == CollectionStatus::paid) {
        out.set("received_amount", collection.received);
        out.set(
            "payer",
            Value(ValueObject{
                {"name", "李四"},
                {"account_number", collection.payer_account},
                {"bank_code", kBankCode}
            })
        );
    }
    return out;
}

Collection* Collections::locate(const PayoutKey& key, Time now) {
    const auto found = collections_.find(key);
    if (found == collections_.end()) {
        return nullptr;
    }
    Collection& collection = found->second;
    if (collection.status == CollectionStatus::open && collection.wanted.expires <= now) {
        collection.status = CollectionStatus::closed;
        collection.closed = collection.wanted.expires;
    }
    return &collection;
}

ApiResult<Collection> Collections::create(
    const CollectionOrder& wanted, const BankAccount& account, Time now
) {
    const MutexLock lock(mutex_);
    const PayoutKey key{account.account, wanted.request_number};
    if (Collection* known = locate(key, now)) {
        if (known->wanted.fingerprint != wanted.fingerprint) {
            return refuse(
                409, "REQUEST_NUMBER_USED", "request_number was used with other parameters"
            );
        }
        ++known->creates;
        return *known;
    }
    if (account.collection_agreement.empty() || wanted.agreement != account.collection_agreement) {
        return refuse(403, "COLLECTION_NOT_AGREED", "the account has no such agreement");
    }
    if (wanted.expires <= now) {
        return refuse(403, "COLLECTION_EXPIRED", "expires_at is over");
    }
    Collection collection{
        .wanted = wanted,
        .account = account.account,
        .collection_id = ids_.collection_id(now),
        .deposit_account = deposit_account_of(account.account, ++opened_),
        .deposit_name = account.name,
        .payer_account = {},
        .created = now,
        .paid = {},
        .closed = {},
        .creates = 1
    };
    collections_[key] = collection;
    by_age_.push_back(key);
    while (collections_.size() > collections_max_) {
        collections_.erase(by_age_.front());
        by_age_.pop_front();
    }
    return collection;
}

ApiResult<Collection> Collections::query(const PayoutKey& key, Time now) {
    const MutexLock lock(mutex_);
    Collection* collection = locate(key, now);
    if (collection == nullptr) {
        return unknown_collection();
    }
    ++collection->queries;
    return *collection;
}

ApiResult<Collection> Collections::close(const PayoutKey& key, Time now) {
    const MutexLock lock(mutex_);
    Collection* collection = locate(key, now);
    if (collection == nullptr) {
        return unknown_collection();
    }
    ++collection->closes;
    if (collection->status == CollectionStatus::open) {
        collection->status = CollectionStatus::closed;
        collection->closed = now;
    }
    return *collection;
}

ApiResult<Collection> Collections::pay(const PayoutKey& key, const Transfer& transfer, Time now) {
    const MutexLock lock(mutex_);
    Collection* collection = locate(key, now);
    if (collection == nullptr) {
        return unknown_collection();
    }
    if (collection->status == CollectionStatus::paid) {
        return refuse(409, "COLLECTION_PAID", "it was paid: the bank sends another transfer back");
    }
    if (collection->status == CollectionStatus::closed && transfer.moment != PayMoment::late) {
        return refuse(409, "COLLECTION_CLOSED", "it is closed: the bank sends the transfer back");
    }
    collection->status = CollectionStatus::paid;
    collection->received = transfer.amount;
    collection->payer_account = transfer.payer_account;
    collection->paid = now;
    return *collection;
}

std::optional<Collection> Collections::find(const PayoutKey& key, Time now) {
    const MutexLock lock(mutex_);
    const Collection* collection = locate(key, now);
    return collection == nullptr ? std::nullopt : std::optional(*collection);
}

void Collections::note_callback(const PayoutKey& key, Books::Delivery delivery) {
    const MutexLock lock(mutex_);
    if (const auto found = collections_.find(key); found != collections_.end()) {
        Collection& collection = found->second;
        ++(delivery == Books::Delivery::sent ? collection.callbacks_sent
                                             : collection.callbacks_acknowledged);
    }
}

ValueArray Collections::report(const PayoutsFilter& filter, Time now) {
    const MutexLock lock(mutex_);
    ValueArray rows;
    for (const PayoutKey& key : by_age_) {
        if (rows.size() >= filter.limit) {
            break;
        }
        const bool wanted =
            (filter.account.empty() || filter.account == key.account) &&
            (filter.request_number.empty() || filter.request_number == key.request_number);
        if (wanted) {
            rows.push_back(collection_report(*locate(key, now)));
        }
    }
    return rows;
}

}  // namespace sluice::simulator
