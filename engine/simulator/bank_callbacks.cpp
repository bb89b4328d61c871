#include "simulator/bank_callbacks.hpp"

#include <utility>

#include "simulator/bank_signature.hpp"
#include "simulator/misbehaviour.hpp"

namespace sluice::simulator {

namespace {

Value told_with(Value object, CallbackTruth truth) {
    const bool is_wrong = truth == CallbackTruth::wrong_currency;
    return is_wrong ? in_another_currency(std::move(object)) : object;
}

}  // namespace

void BankCallbacks::announce(const Payout& payout) {
    const BankAccount* account = world_.bank.find(payout.account);
    if (account == nullptr || !account->may_be_notified_at(payout.wanted.notify_url)) {
        return;
    }
    const Deviation deviation = world_.faults.take(
        Operation::payout_callback,
        {.account = payout.account,
         .request_number = payout.wanted.request_number,
         .protocol = "bank"}
    );
    sender_.send(notice_of(payout, truth_of(deviation)), deviation);
}

void BankCallbacks::announce(const Collection& collection) {
    const BankAccount* account = world_.bank.find(collection.account);
    if (account == nullptr || !account->may_be_notified_at(collection.wanted.notify_url)) {
        return;
    }
    const Deviation deviation = world_.faults.take(
        Operation::callback,
        {.account = collection.account,
         .request_number = collection.wanted.request_number,
         .protocol = "bank"}
    );
    sender_.send(notice_of(collection, truth_of(deviation)), deviation);
}

int BankCallbacks::send_now(const Payout& payout, CallbackTruth truth) {
    return sender_.send_now(notice_of(payout, truth));
}

int BankCallbacks::send_now(const Collection& collection, CallbackTruth truth) {
    return sender_.send_now(notice_of(collection, truth));
}

Notice BankCallbacks::notice_of(Payout payout, CallbackTruth truth) {
    const PayoutKey key = payout.key();
    payout.wanted.amount += truth == CallbackTruth::wrong_amount ? 1 : 0;
    if (truth == CallbackTruth::wrong_merchant) {
        payout.account = kAnotherAccount;
    }
    if (truth == CallbackTruth::wrong_number) {
        payout.wanted.request_number = another_number(key.request_number);
    }
    if (truth == CallbackTruth::forged) {
        // Whoever has no key would like to be believed that the money is gone.
        payout.status = PayoutStatus::succeeded;
    }
    const Told told{
        .account = key.account,
        .notify_url = payout.wanted.notify_url,
        .event = "payout." + std::string(to_string(payout.status)),
        .member = "payout",
        .object = told_with(payout_object(payout), truth)
    };
    return {.build = build(told, truth), .note = [this, key](Books::Delivery delivery) {
                world_.payouts.note_callback(key, delivery);
            }};
}

Notice BankCallbacks::notice_of(Collection collection, CallbackTruth truth) {
    const PayoutKey key = collection.key();
    collection.received += truth == CallbackTruth::wrong_amount ? 1 : 0;
    if (truth == CallbackTruth::wrong_merchant) {
        collection.account = kAnotherAccount;
    }
    if (truth == CallbackTruth::wrong_number) {
        collection.wanted.request_number = another_number(key.request_number);
    }
    if (truth == CallbackTruth::forged) {
        // Whoever has no key would like to be believed that he has paid.
        collection.status = CollectionStatus::paid;
        collection.received = collection.wanted.amount;
        collection.paid = world_.now();
    }
    const Told told{
        .account = key.account,
        .notify_url = collection.wanted.notify_url,
        .event = "collection." + std::string(to_string(collection.status)),
        .member = "collection",
        .object = told_with(collection_object(collection), truth)
    };
    return {.build = build(told, truth), .note = [this, key](Books::Delivery delivery) {
                world_.collections.note_callback(key, delivery);
            }};
}

std::function<http::ClientRequest()> BankCallbacks::build(const Told& told, CallbackTruth truth) {
    const BankAccount* account = world_.bank.find(told.account);
    const std::string body = to_json(Value(ValueObject{
        {"event_id", world_.nonces.uuid()}, {"event", told.event}, {told.member, told.object}
    }));
    const bool wrong = truth == CallbackTruth::forged || truth == CallbackTruth::bad_signature;
    return [this, account, notify_url = told.notify_url, body, wrong] {
        http::ClientRequest request{.method = "POST", .url = notify_url, .body = body};
        request.total_timeout = world_.settings.callback_timeout;
        request.headers.add({"Content-Type", "application/json"});
        add_bank_signature(
            world_,
            request.headers,
            request.body,
            {.account = account,
             .first = "NOTICE",
             .second = account->account,
             .quality = wrong ? SignatureQuality::wrong : SignatureQuality::right}
        );
        return request;
    };
}

}  // namespace sluice::simulator
