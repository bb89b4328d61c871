#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/mutex.hpp"
#include "gateway/account_store.hpp"
#include "gateway/order_store.hpp"
#include "gateway/payment_store.hpp"
#include "gateway/refund_store.hpp"
#include "gateway/signature_store.hpp"
#include "gateway/surplus_store.hpp"
#include "worker/intake.hpp"

namespace sluice::testing {

/// Orders in memory, with the store's promises.
class MemoryOrders final : public gateway::OrderStore {
  public:
    Result<gateway::OpenedOrder> open(const gateway::OpenOrder& request) override;
    Result<std::optional<payment::Order>> find(
        std::optional<std::string_view> merchant_id, OrderId id
    ) override;
    Result<std::optional<payment::Order>> find_by_number(gateway::OrderNumber number) override;
    Result<std::optional<gateway::OrderState>> find_state(
        std::optional<std::string_view> merchant_id, OrderId id
    ) override;
    Result<gateway::OrderState> close(const gateway::CloseOrder& request) override;
    Result<gateway::OrderPage> list(const gateway::OrderQuery& query) override;

    /// As if the engine had brought the order so far.
    void set(OrderId id, payment::OrderStatus status, std::int64_t paid_minor = 0);
    void set_under_way(OrderId id, std::optional<PaymentId> payment);

    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    std::optional<Error> next_error;

  private:
    struct Row {
        payment::Order order;
        Hash128 hash;
        std::optional<PaymentId> under_way;
    };
    std::vector<Row> rows_;
    std::map<std::string, Hash128> keys_;
};

class MemoryPayments final : public gateway::PaymentStore {
  public:
    Result<std::optional<payment::Picture>> find(RunId id) override;
    Result<std::vector<gateway::JournalActivation>> journal(RunId id) override;
    Result<std::optional<gateway::KnownKey>> find_key(
        std::string_view merchant_id, std::string_view key
    ) override;
    Result<std::optional<gateway::KnownKey>> find_number(const gateway::OrderNumber& number
    ) override {
        const auto found = numbers.find(std::string(number.number));
        return found == numbers.end() ? std::nullopt : std::optional(found->second);
    }
    Result<gateway::PaymentPage> list(const gateway::PaymentQuery& query) override;

    std::map<std::string, gateway::KnownKey> numbers;  ///< of orders inside of payments
    std::map<RunId, payment::Picture> pictures;
    std::vector<gateway::JournalActivation> activations;
    std::map<std::string, gateway::KnownKey> keys;
};

/// Refunds are among the pictures of the payments, as in the database.
class MemoryRefunds final : public gateway::RefundStore {
  public:
    explicit MemoryRefunds(MemoryPayments& payments) : payments_(payments) {}

    Result<std::vector<payment::RefundSource>> sources(const gateway::SourcesOf& of) override;
    Result<std::optional<gateway::KnownKey>> find_number(const gateway::RefundNumber& number
    ) override;
    Result<gateway::RunPage> list(const gateway::RefundQuery& query) override;

    /// What was collected, of all orders: a source's payment must be among the payments.
    std::vector<payment::RefundSource> collected;
    std::map<RunId, Id128> hashes;  ///< of the refunds' bodies
    std::optional<Error> next_error;
    int looks = 0;                  ///< how often somebody asked for sources
    std::function<void()> on_look;  ///< after each of them

  private:
    MemoryPayments& payments_;
};

/// Accounts in memory; every account keeps one entry for each top-up.
class MemoryAccounts final : public gateway::AccountStore {
  public:
    Result<gateway::AccountChange> open(const gateway::OpenAccount& request) override;
    Result<std::optional<gateway::Account>> find(AccountId id) override;
    Result<std::vector<gateway::Account>> find_of_owner(const gateway::AccountOwner& owner
    ) override;
    Result<std::optional<gateway::AccountIdentity>> identify(AccountId id) override;
    bool is_known(AccountId id) override { return all_known && rows_.contains(id); }
    Result<gateway::AccountChange> top_up(const gateway::TopUp& request) override;
    Result<gateway::AccountEntryPage> entries(AccountId id, gateway::PageRequest page) override;
    Result<gateway::Account> close(AccountId id) override;

    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] std::size_t top_ups() const { return top_ups_.size(); }
    bool all_known = true;  ///< false: as if each were asked for the first time

  private:
    std::map<AccountId, gateway::Account> rows_;
    std::map<AccountId, std::vector<gateway::AccountEntry>> entries_;
    std::map<std::string, gateway::TopUp> top_ups_;
};

/// Signatures in memory, with the store's promises; it forgets none.
class MemorySignatures final : public gateway::SignatureStore {
  public:
    Result<void> remember(const gateway::SeenSignature& signature, Time now) override;

    [[nodiscard]] std::size_t size() const { return seen_.size(); }
    std::optional<Error> next_error;
    std::thread::id asked_on;  ///< the thread of the last remember()

  private:
    std::map<std::string, Time> seen_;
};

/// Surplus money as the test put it there; remembers what it was asked.
class MemorySurpluses final : public gateway::SurplusStore {
  public:
    Result<gateway::SurplusPage> list(const gateway::SurplusQuery& query) override {
        asked = query;
        return page;
    }

    gateway::SurplusPage page;
    std::optional<gateway::SurplusQuery> asked;
};

/// The engine's door with an engine behind it that obeys the test: what start() waits for decides
/// how far the payment has come when it answers.
class FakeIntake final : public worker::Intake {
  public:
    FakeIntake(MemoryPayments& payments, MemoryRefunds& refunds)
        : payments_(payments), refunds_(refunds) {}

    [[nodiscard]] bool owns(Bucket) const override { return !owner && !owner_error; }
    Result<std::optional<std::string>> owner_elsewhere(Bucket bucket) override;
    void start(worker::StartRun request, worker::PictureReply reply) override;
    void close(RunId payment, payment::CloseReason reason, worker::PictureReply reply) override;
    void vote(RunId run, payment::TaskVote vote, worker::DoneReply reply) override;
    void callback(worker::CallbackFact fact, worker::DoneReply reply) override;
    void wait_final(RunId payment, Time deadline, worker::PictureReply reply) override;

    /// What replies to the wait of that number, once it has begun.
    std::function<void()> reply_of(std::size_t index);

    std::optional<std::string> owner;  ///< another node's address
    std::optional<Error> owner_error;
    std::optional<Error> next_error;  ///< told instead of any success
    bool silent = false;              ///< never replies
    bool late = false;                ///< replies to waits when the test says so
    std::thread::id asked_on;         ///< the thread of the last start()
    std::vector<worker::StartRun> starts;
    std::vector<RunId> closes;
    std::vector<payment::CloseReason> close_reasons;
    /// What wait_final() finds; pending: the time is over first.
    payment::SubjectStatus ends_as = payment::SubjectStatus::closed;
    /// What start() refuses a payment of that order with, as long as it stands here.
    std::map<OrderId, Error> in_the_way;
    bool end_frees_the_way = true;  ///< a payment that ends takes its order out of in_the_way
    std::vector<RunId> waits;
    std::vector<Time> wait_deadlines;
    std::vector<worker::CallbackFact> callbacks;
    std::vector<payment::TaskVote> votes;
    std::vector<RunId> voted_runs;
    std::function<void(const payment::TaskVote&)> on_vote;  ///< what the run makes of it

  private:
    [[nodiscard]] std::optional<Result<payment::Picture>> same_number(
        const worker::StartRun& request
    );
    /// The payment's picture once it has ended as the test wants it.
    payment::Picture end_of(RunId payment);

    MemoryPayments& payments_;
    MemoryRefunds& refunds_;
    Mutex mutex_;
    ConditionVariable asked_;
    std::vector<std::function<void()>> replies_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::testing
