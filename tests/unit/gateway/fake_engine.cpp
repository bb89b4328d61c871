#include "unit/gateway/fake_engine.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "ledger/account.hpp"

namespace sluice::testing {
namespace {

payment::Instruction qr_instruction(const payment::Subject& payment) {
    payment::Instruction instruction;
    instruction.id = InstructionId(payment.id.raw().derive(1, 1));
    instruction.leg_number = 1;
    instruction.channel = "wechatpay";
    instruction.channel_account = "wechat_main";
    instruction.scene = "qr";
    instruction.amount = payment.amount;
    instruction.status = payment::InstructionStatus::pending;
    instruction.next_action.set("type", "qr_code");
    instruction.next_action.set("code_url", "weixin://wxpay/bizpayurl?pr=x");
    instruction.created_at = payment.created_at;
    instruction.expires_at = payment.created_at + std::chrono::minutes(30);
    return instruction;
}

void finish(payment::Picture& picture, payment::SubjectStatus status) {
    picture.subject.status = status;
    const bool is_payment = picture.subject.service == payment::Service::payment;
    if (is_payment && status == payment::SubjectStatus::succeeded) {
        picture.order.paid_minor += picture.subject.amount.minor();
        if (picture.order.paid_minor == picture.order.amount.minor()) {
            picture.order.status = payment::OrderStatus::paid;
        }
    }
}

}  // namespace

Result<gateway::OpenedOrder> MemoryOrders::open(const gateway::OpenOrder& request) {
    if (next_error) {
        return fail(*next_error);
    }
    const payment::Order& order = request.order;
    const std::string key = order.merchant_id + "\n" + request.idempotency_key;
    const auto claimed = keys_.find(key);
    if (claimed != keys_.end() && !(claimed->second == request.request_hash)) {
        return fail(ErrorCode::conflict, "key used before", "idempotency_key");
    }
    for (const Row& row : rows_) {
        if (row.order.merchant_id != order.merchant_id ||
            row.order.merchant_order_number != order.merchant_order_number) {
            continue;
        }
        if (!(row.hash == request.order_hash)) {
            return fail(ErrorCode::conflict, "number used before", "merchant_order_number");
        }
        return gateway::OpenedOrder{row.order, false};
    }
    if (!request.idempotency_key.empty()) {
        keys_[key] = request.request_hash;
    }
    rows_.push_back({order, request.order_hash});
    return gateway::OpenedOrder{order, true};
}

Result<std::optional<payment::Order>> MemoryOrders::find(
    std::optional<std::string_view> merchant_id, OrderId id
) {
    for (const Row& row : rows_) {
        if (row.order.id == id &&
            row.order.merchant_id == merchant_id.value_or(row.order.merchant_id)) {
            return row.order;
        }
    }
    return std::nullopt;
}

Result<std::optional<payment::Order>> MemoryOrders::find_by_number(gateway::OrderNumber number) {
    for (const Row& row : rows_) {
        if (row.order.merchant_id == number.merchant_id &&
            row.order.merchant_order_number == number.number) {
            return row.order;
        }
    }
    return std::nullopt;
}

Result<std::optional<gateway::OrderState>> MemoryOrders::find_state(
    std::optional<std::string_view> merchant_id, OrderId id
) {
    for (const Row& row : rows_) {
        if (row.order.id == id &&
            row.order.merchant_id == merchant_id.value_or(row.order.merchant_id)) {
            return gateway::OrderState{row.order, row.under_way};
        }
    }
    return std::nullopt;
}

Result<gateway::OrderState> MemoryOrders::close(const gateway::CloseOrder& request) {
    for (Row& row : rows_) {
        if (row.order.id != request.id || row.order.merchant_id != request.merchant_id) {
            continue;
        }
        if (!row.under_way && row.order.status == payment::OrderStatus::open) {
            row.order.status = payment::OrderStatus::closed;
        }
        return gateway::OrderState{row.order, row.under_way};
    }
    return fail(ErrorCode::not_found, "no such order");
}

Result<gateway::OrderPage> MemoryOrders::list(const gateway::OrderQuery& query) {
    gateway::OrderPage page;
    std::vector<payment::Order> found;
    for (const Row& row : rows_) {
        const payment::Order& order = row.order;
        const Id128 id = order.id.raw();
        if (order.merchant_id == query.merchant_id &&
            order.status == query.status.value_or(order.status) &&
            order.product_code == query.product_code.value_or(order.product_code) &&
            order.merchant_order_number == query.number.value_or(order.merchant_order_number) &&
            id >= query.window.from && id < query.window.before) {
            found.push_back(order);
        }
    }
    std::ranges::sort(found, std::greater{}, &payment::Order::id);
    for (const payment::Order& order : found) {
        if (static_cast<std::int64_t>(page.orders.size()) == query.window.limit) {
            page.next_after = page.orders.back().id.raw();
            break;
        }
        page.orders.push_back(order);
    }
    return page;
}

void MemoryOrders::set(OrderId id, payment::OrderStatus status, std::int64_t paid_minor) {
    for (Row& row : rows_) {
        if (row.order.id == id) {
            row.order.status = status;
            row.order.paid_minor = paid_minor;
        }
    }
}

void MemoryOrders::set_under_way(OrderId id, std::optional<PaymentId> payment) {
    for (Row& row : rows_) {
        if (row.order.id == id) {
            row.under_way = payment;
        }
    }
}

Result<std::optional<payment::Picture>> MemoryPayments::find(RunId id) {
    const auto found = pictures.find(id);
    return found == pictures.end() ? std::nullopt : std::optional(found->second);
}

Result<std::vector<gateway::JournalActivation>> MemoryPayments::journal(RunId) {
    return activations;
}

Result<std::optional<gateway::KnownKey>> MemoryPayments::find_key(
    std::string_view, std::string_view key
) {
    const auto found = keys.find(std::string(key));
    return found == keys.end() ? std::nullopt : std::optional(found->second);
}

Result<gateway::PaymentPage> MemoryPayments::list(const gateway::PaymentQuery& query) {
    gateway::PaymentPage page;
    for (auto row = pictures.rbegin(); row != pictures.rend(); ++row) {
        const payment::Subject& payment = row->second.subject;
        const Id128 id = payment.id.raw();
        if (payment.merchant_id != query.merchant_id ||
            payment.order_id != query.order_id.value_or(payment.order_id) ||
            payment.status != query.status.value_or(payment.status) || id < query.window.from ||
            id >= query.window.before) {
            continue;
        }
        if (static_cast<std::int64_t>(page.payments.size()) == query.window.limit) {
            page.next_after = page.payments.back().subject.id.raw();
            break;
        }
        page.payments.push_back(row->second);
    }
    return page;
}

Result<std::vector<payment::RefundSource>> MemoryRefunds::sources(const gateway::SourcesOf& of) {
    if (next_error) {
        return fail(*next_error);
    }
    std::vector<payment::RefundSource> found;
    for (const payment::RefundSource& source : collected) {
        const bool is_named = of.payment.is_nil() || source.payment.raw() == of.payment.raw();
        if (is_named && payments_.pictures.at(source.payment).subject.order_id == of.order) {
            found.push_back(source);
        }
    }
    ++looks;
    if (on_look) {
        on_look();
    }
    return found;
}

Result<std::optional<gateway::KnownKey>> MemoryRefunds::find_number(
    const gateway::RefundNumber& number
) {
    for (const auto& [id, picture] : payments_.pictures) {
        const payment::Subject& subject = picture.subject;
        if (subject.service == payment::Service::refund && subject.number == number.number &&
            subject.merchant_id == number.merchant_id) {
            return gateway::KnownKey{hashes[id], id.raw()};
        }
    }
    return std::nullopt;
}

Result<gateway::RunPage> MemoryRefunds::list(const gateway::RefundQuery& query) {
    gateway::RunPage page;
    for (auto row = payments_.pictures.rbegin(); row != payments_.pictures.rend(); ++row) {
        const payment::Subject& subject = row->second.subject;
        const Id128 id = subject.id.raw();
        const auto* refund = std::get_if<payment::Refund>(&row->second.details);
        if (refund == nullptr || subject.merchant_id != query.merchant_id ||
            subject.order_id != query.order_id.value_or(subject.order_id) ||
            (query.payment_id && refund->payment.raw() != query.payment_id->raw()) ||
            subject.number != query.number.value_or(subject.number) ||
            subject.status != query.status.value_or(subject.status) || id < query.window.from ||
            id >= query.window.before) {
            continue;
        }
        if (static_cast<std::int64_t>(page.pictures.size()) == query.window.limit) {
            page.next_after = page.pictures.back().subject.id.raw();
            break;
        }
        page.pictures.push_back(row->second);
    }
    return page;
}

Result<gateway::AccountChange> MemoryAccounts::open(const gateway::OpenAccount& request) {
    gateway::Account account;
    account.identity = request.identity;
    if (account.identity.kind == gateway::AccountKind::merchant_available) {
        account.identity.id =
            gateway::available_account(account.identity.merchant_id, account.identity.currency);
        const auto [own, is_first] = rows_.emplace(account.identity.id, account);
        return gateway::AccountChange{own->second, is_first};
    }
    const std::string owner = account.identity.merchant_id + "/" + account.identity.owner_number;
    ledger::AccountKey key;
    key.gl = to_string(account.identity.kind);
    key.owner = owner;
    key.currency = account.identity.currency.code();
    account.identity.id = ledger::account_id(key);
    const auto [row, is_new] = rows_.emplace(account.identity.id, account);
    return gateway::AccountChange{row->second, is_new};
}

Result<std::optional<gateway::Account>> MemoryAccounts::find(AccountId id) {
    const auto found = rows_.find(id);
    return found == rows_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::vector<gateway::Account>> MemoryAccounts::find_of_owner(
    const gateway::AccountOwner& owner
) {
    std::vector<gateway::Account> found;
    for (const auto& [id, account] : rows_) {
        if (account.identity.merchant_id == owner.merchant_id &&
            account.identity.owner_number == owner.owner_number) {
            found.push_back(account);
        }
    }
    return found;
}

Result<std::optional<gateway::AccountIdentity>> MemoryAccounts::identify(AccountId id) {
    const auto found = rows_.find(id);
    return found == rows_.end() ? std::nullopt : std::optional(found->second.identity);
}

Result<gateway::AccountChange> MemoryAccounts::top_up(const gateway::TopUp& request) {
    gateway::Account& account = rows_.at(request.account.id);
    const auto before = top_ups_.find(request.top_up_number);
    if (before != top_ups_.end()) {
        if (before->second.amount != request.amount) {
            return fail(ErrorCode::conflict, "number used before", "top_up_number_reused");
        }
        return gateway::AccountChange{account, false};
    }
    if (!account.is_open) {
        return fail(ErrorCode::refused, "the account is closed", "account_closed");
    }
    top_ups_.emplace(request.top_up_number, request);
    account.balance_minor += request.amount.minor();
    account.available_minor += request.amount.minor();
    auto& lines = entries_[request.account.id];
    gateway::AccountEntry entry;
    entry.seq = static_cast<std::int64_t>(lines.size()) + 1;
    entry.journal = JournalId(request.account.id.raw().derive(1, 1));
    entry.event = "top_up";
    entry.amount = request.amount;
    entry.posted_at = request.at;
    lines.push_back(entry);
    return gateway::AccountChange{account, true};
}

Result<gateway::AccountEntryPage> MemoryAccounts::entries(AccountId id, gateway::PageRequest page) {
    gateway::AccountEntryPage answer;
    auto& lines = entries_[id];
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        if (page.before_seq && line->seq >= *page.before_seq) {
            continue;
        }
        if (static_cast<std::int64_t>(answer.entries.size()) == page.limit) {
            answer.next_before = answer.entries.back().seq;
            break;
        }
        answer.entries.push_back(*line);
    }
    return answer;
}

Result<gateway::Account> MemoryAccounts::close(AccountId id) {
    rows_.at(id).is_open = false;
    return rows_.at(id);
}

Result<void> MemorySignatures::remember(const gateway::SeenSignature& signature, Time) {
    asked_on = std::this_thread::get_id();
    if (next_error) {
        return fail(*next_error);
    }
    const std::string name = std::string(signature.key_id) + "\n" + std::string(signature.nonce);
    if (!seen_.emplace(name, signature.good_until).second) {
        return fail(ErrorCode::conflict, "nonce used before");
    }
    return {};
}

Result<std::optional<std::string>> FakeIntake::owner_elsewhere(Bucket) {
    if (owner_error) {
        return fail(*owner_error);
    }
    return owner;
}

void FakeIntake::start(worker::StartRun request, worker::PictureReply reply) {
    asked_on = std::this_thread::get_id();
    const auto same_key = [&](const worker::StartRun& earlier) {
        return !request.idempotency_key.empty() &&
               earlier.idempotency_key == request.idempotency_key;
    };
    const auto earlier = std::ranges::find_if(starts, same_key);
    if (silent) {
        return;
    }
    if (next_error) {
        reply(fail(*next_error));
        return;
    }
    if (earlier != starts.end()) {
        if (earlier->request_hash == request.request_hash) {
            reply(payments_.pictures.at(earlier->picture.subject.id));
        } else {
            reply(fail(ErrorCode::conflict, "key used before", "idempotency_key"));
        }
        return;
    }
    if (const auto same = same_number(request)) {
        reply(*same);
        return;
    }
    const auto blocked = in_the_way.find(request.picture.subject.order_id);
    if (blocked != in_the_way.end()) {
        reply(fail(blocked->second));
        return;
    }
    payment::Picture picture = request.picture;
    const bool is_payment = picture.subject.service == payment::Service::payment;
    if (is_payment && request.wait_for != worker::WaitFor::committed) {
        picture.instructions.push_back(qr_instruction(picture.subject));
    }
    if (request.wait_for == worker::WaitFor::final_status) {
        finish(picture, payment::SubjectStatus::succeeded);
    }
    payments_.pictures[picture.subject.id] = picture;
    refunds_.hashes[picture.subject.id] = gateway::as_uuid(request.request_hash);
    if (!request.idempotency_key.empty()) {
        payments_.keys[request.idempotency_key] = {
            gateway::as_uuid(request.request_hash), picture.subject.id.raw()
        };
    }
    starts.push_back(std::move(request));
    reply(std::move(picture));
}

/// What the number of a payout or transfer led to before.
std::optional<Result<payment::Picture>> FakeIntake::same_number(const worker::StartRun& request) {
    const payment::Subject& wanted = request.picture.subject;
    for (const worker::StartRun& earlier : starts) {
        const payment::Subject& subject = earlier.picture.subject;
        const bool is_same =
            subject.service != payment::Service::payment && subject.service == wanted.service &&
            subject.merchant_id == wanted.merchant_id && subject.number == wanted.number;
        if (is_same && earlier.request_hash == request.request_hash) {
            return payments_.pictures.at(subject.id);
        }
        if (is_same) {
            return fail(
                ErrorCode::conflict,
                "number used before",
                "merchant_" + std::string(to_string(subject.service)) + "_number"
            );
        }
    }
    return std::nullopt;
}

void FakeIntake::close(RunId payment, payment::CloseReason reason, worker::PictureReply reply) {
    closes.push_back(payment);
    close_reasons.push_back(reason);
    if (next_error) {
        reply(fail(*next_error));
        return;
    }
    reply(payments_.pictures.at(payment));
}

void FakeIntake::vote(RunId run, payment::TaskVote vote, worker::DoneReply reply) {
    voted_runs.push_back(run);
    votes.push_back(vote);
    if (silent) {
        return;
    }
    if (next_error) {
        reply(fail(*next_error));
        return;
    }
    if (on_vote) {
        on_vote(vote);
    }
    reply({});
}

void FakeIntake::callback(worker::CallbackFact fact, worker::DoneReply reply) {
    callbacks.push_back(std::move(fact));
    if (silent) {
        return;
    }
    if (next_error) {
        reply(fail(*next_error));
        return;
    }
    reply({});
}

void FakeIntake::wait_final(RunId payment, Time deadline, worker::PictureReply reply) {
    waits.push_back(payment);
    wait_deadlines.push_back(deadline);
    auto tell = [this, payment, reply = std::move(reply)] { reply(end_of(payment)); };
    if (!late) {
        tell();
        return;
    }
    const MutexLock lock(mutex_);
    replies_.emplace_back(std::move(tell));
    asked_.notify_all();
}

payment::Picture FakeIntake::end_of(RunId payment) {
    payment::Picture& picture = payments_.pictures.at(payment);
    if (ends_as != payment::SubjectStatus::pending && !is_final(picture.subject.status)) {
        finish(picture, ends_as);
        if (end_frees_the_way) {
            in_the_way.erase(picture.subject.order_id);
        }
    }
    return picture;
}

std::function<void()> FakeIntake::reply_of(std::size_t index) {
    const MutexLock lock(mutex_);
    while (replies_.size() <= index) {
        asked_.wait(mutex_);
    }
    return replies_[index];
}

}  // namespace sluice::testing
