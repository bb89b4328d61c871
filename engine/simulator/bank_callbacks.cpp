#include "simulator/bank_callbacks.hpp"

#include "simulator/bank_signature.hpp"
#include "simulator/misbehaviour.hpp"

namespace sluice::simulator {

void BankCallbacks::announce(const Payout& payout) {
    const BankAccount* account = world_.bank.find(payout.account);
    if (account == nullptr || !account->may_be_notified_at(payout.wanted.notify_url)) {
        return;
    }
    const Deviation deviation = world_.faults.take(
        Operation::payout_callback,
        {.account = payout.account, .request_number = payout.wanted.request_number}
    );
    sender_.send(notice_of(payout, truth_of(deviation)), deviation);
}

int BankCallbacks::send_now(const Payout& payout, CallbackTruth truth) {
    return sender_.send_now(notice_of(payout, truth));
}

Notice BankCallbacks::notice_of(Payout payout, CallbackTruth truth) {
    const PayoutKey key = payout.key();
    const BankAccount* account = world_.bank.find(payout.account);
    const std::string notify_url = payout.wanted.notify_url;
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
    const std::string body = to_json(Value(ValueObject{
        {"event_id", world_.nonces.uuid()},
        {"event", "payout." + std::string(to_string(payout.status))},
        {"payout", payout_object(payout)}
    }));
    const bool wrong = truth == CallbackTruth::forged || truth == CallbackTruth::bad_signature;
    const auto build = [this, account, notify_url, body, wrong] {
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
    return {.build = build, .note = [this, key](Books::Delivery delivery) {
                world_.payouts.note_callback(key, delivery);
            }};
}

}  // namespace sluice::simulator
