#include "unit/gateway/fake_engine.hpp"

#include <algorithm>
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
    if (status == payment::SubjectStatus::succeeded) {
        picture.order.paid_minor += picture.subject.amount.minor();
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

Result<std::optional<payment::Picture>> MemoryPayments::find(RunId id) {
    const auto found = pictures.find(id);
    return found == pictures.end() ? std::nullopt : std::optional(found->second);
}

Result<std::vector<gateway::JournalActivation>> MemoryPayments::journal(RunId) {
    return activations;
}

Result<gateway::AccountChange> MemoryAccounts::open(const gateway::OpenAccount& request) {
    gateway::Account account;
    account.identity = request.identity;
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
    payment::Picture picture = request.picture;
    if (request.wait_for != worker::WaitFor::committed) {
        picture.instructions.push_back(qr_instruction(picture.subject));
    }
    if (request.wait_for == worker::WaitFor::final_status) {
        finish(picture, payment::SubjectStatus::succeeded);
    }
    payments_.pictures[picture.subject.id] = picture;
    starts.push_back(std::move(request));
    reply(std::move(picture));
}

void FakeIntake::close(RunId payment, worker::PictureReply reply) {
    closes.push_back(payment);
    if (next_error) {
        reply(fail(*next_error));
        return;
    }
    reply(payments_.pictures.at(payment));
}

void FakeIntake::callback(worker::CallbackFact fact, worker::DoneReply reply) {
    callbacks.push_back(std::move(fact));
    if (next_error) {
        reply(fail(*next_error));
        return;
    }
    reply({});
}

void FakeIntake::wait_final(RunId payment, Time, worker::PictureReply reply) {
    waits.push_back(payment);
    payment::Picture picture = payments_.pictures.at(payment);
    finish(picture, payment::SubjectStatus::closed);
    if (!late) {
        reply(std::move(picture));
        return;
    }
    const MutexLock lock(mutex_);
    replies_.emplace_back([reply = std::move(reply), picture] { reply(picture); });
    asked_.notify_all();
}

std::function<void()> FakeIntake::reply_of(std::size_t index) {
    const MutexLock lock(mutex_);
    while (replies_.size() <= index) {
        asked_.wait(mutex_);
    }
    return replies_[index];
}

}  // namespace sluice::testing
