#include "simulator/collection_order.hpp"

#include "simulator/body_reader.hpp"
#include "simulator/payout_order.hpp"

namespace sluice::simulator {

namespace {

constexpr TextRule kCollectionNumber{.pointer = "/request_number", .bytes_max = 32};
constexpr TextRule kAgreement{.pointer = "/agreement", .bytes_max = 32};
constexpr TextRule kCollectionCurrency{.pointer = "/currency", .bytes_max = 3};
constexpr TextRule kCollectionText{.pointer = "/description", .bytes_max = 140};
constexpr TextRule kExpiresAt{.pointer = "/expires_at", .bytes_max = 40};

}  // namespace

ApiResult<CollectionOrder> read_collection_order(const Value& body) {
    BodyReader reader(body);
    CollectionOrder order;
    order.request_number = reader.text(kCollectionNumber);
    reader.require(
        is_request_number(order.request_number),
        kCollectionNumber.pointer,
        "request_number must have 8 to 32 letters and digits"
    );
    order.agreement = reader.text(kAgreement);
    order.amount = reader.amount("/amount");
    reader.currency(kCollectionCurrency);
    reader.text(kCollectionText);
    const auto expires = parse_rfc3339(reader.text(kExpiresAt));
    reader.require(expires.has_value(), kExpiresAt.pointer, "expires_at must be a time");
    order.notify_url = reader.notify_url(kOptionalNotifyUrl);
    if (const auto& error = reader.error()) {
        return refuse(*error);
    }
    order.expires = *expires;
    order.fingerprint = to_json(sorted_by_name(body));
    return order;
}

}  // namespace sluice::simulator
