#include "simulator/bank_collections_api.hpp"

#include <chrono>
#include <string>
#include <tuple>

namespace sluice::simulator {

namespace {

constexpr std::string_view kCollections = "/bank/v1/collections/";
constexpr std::string_view kCollectionClose = "/close";

/// What the faults make of a true answer.
Value told_collection(Collection collection, const Deviation& deviation) {
    if (deviation.has(FaultKind::wrong_amount)) {
        ++collection.wanted.amount;
        ++collection.received;
    }
    if (deviation.has(FaultKind::wrong_number)) {
        collection.wanted.request_number = another_number(collection.wanted.request_number);
    }
    if (deviation.has(FaultKind::wrong_merchant)) {
        collection.account = kAnotherAccount;
    }
    return collection_object(collection);
}

/// The part of the path that names the collection.
PayoutKey key_in(const http::Request& request, const BankAccount& account) {
    std::string_view number = std::string_view(request.path).substr(kCollections.size());
    number.remove_suffix(number.ends_with(kCollectionClose) ? kCollectionClose.size() : 0);
    return {account.account, decoded(number)};
}

BankExchange::Call call_about(
    Operation operation, const http::Request& request, const BankAccount& account
) {
    const PayoutKey key = key_in(request, account);
    return {
        .account = &account,
        .target = request.target,
        .fault =
            {.operation = operation,
             .address = {.account = key.account, .request_number = key.request_number}}
    };
}

}  // namespace

http::Response BankCollectionsApi::create(
    const http::Request& request, const BankAccount& account
) {
    BankExchange::Call call{.account = &account, .target = request.target};
    const auto body = parse_body(request);
    const auto wanted = body ? read_collection_order(*body) : refuse(body.error());
    if (!wanted) {
        return parts_.exchange.refusal(call, wanted.error());
    }
    call.fault = {
        .operation = Operation::create,
        .address = {.account = account.account, .request_number = wanted->request_number}
    };
    return parts_.exchange.perform(call, [&](const Deviation& deviation) {
        return begin(*wanted, account, deviation);
    });
}

ApiResult<Value> BankCollectionsApi::begin(
    const CollectionOrder& wanted, const BankAccount& account, const Deviation& deviation
) {
    const auto collection = parts_.world.collections.create(wanted, account, parts_.world.now());
    if (!collection) {
        return refuse(collection.error());
    }
    const PayoutKey key = collection->key();
    const Transfer exact{.amount = wanted.amount};
    if (collection->creates == 1 && deviation.has(FaultKind::early)) {
        if (const auto paid = take(key, exact);
            paid && account.may_be_notified_at(wanted.notify_url)) {
            parts_.callbacks.send_now(*paid, CallbackTruth::resend);
        }
    }
    if (const auto later = deviation.value_of(FaultKind::auto_pay);
        later && collection->creates == 1) {
        parts_.world.scheduler.after(std::chrono::milliseconds(*later), [this, key, exact] {
            std::ignore = pay(key, exact);
        });
    }
    return told_collection(*collection, deviation);
}

http::Response BankCollectionsApi::query(const http::Request& request, const BankAccount& account) {
    const auto call = call_about(Operation::query, request, account);
    return parts_.exchange.perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
        const auto collection =
            parts_.world.collections.query(key_in(request, account), parts_.world.now());
        if (!collection) {
            return refuse(collection.error());
        }
        if (deviation.has(FaultKind::not_found)) {
            return refuse(
                404, "REQUEST_UNKNOWN", "there is no collection with this request_number"
            );
        }
        return told_collection(*collection, deviation);
    });
}

http::Response BankCollectionsApi::close(const http::Request& request, const BankAccount& account) {
    const auto call = call_about(Operation::close, request, account);
    return parts_.exchange.perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
        const PayoutKey key = key_in(request, account);
        if (deviation.has(FaultKind::close_after_pay)) {
            if (const auto open = parts_.world.collections.find(key, parts_.world.now())) {
                std::ignore = pay(key, {.amount = open->wanted.amount});
            }
        }
        const auto collection = parts_.world.collections.close(key, parts_.world.now());
        if (!collection) {
            return refuse(collection.error());
        }
        return told_collection(*collection, deviation);
    });
}

ApiResult<Collection> BankCollectionsApi::take(const PayoutKey& key, const Transfer& transfer) {
    World& world = parts_.world;
    auto paid = world.collections.pay(key, transfer, world.now());
    if (paid) {
        world.payouts.book(
            key.account,
            {.at = world.now(),
             .kind = BookedKind::collection,
             .request_number = key.request_number,
             .bank_number = paid->collection_id,
             .amount = transfer.amount}
        );
    }
    return paid;
}

ApiResult<Collection> BankCollectionsApi::pay(const PayoutKey& key, const Transfer& transfer) {
    auto paid = take(key, transfer);
    if (paid) {
        parts_.callbacks.announce(*paid);
    }
    return paid;
}

}  // namespace sluice::simulator
