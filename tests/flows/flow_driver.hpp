#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "decision/policies.hpp"
#include "flow/interpreter_pool.hpp"
#include "flow/run.hpp"
#include "script/release.hpp"

namespace sluice::testing {

/// The scripts of the repository, compiled once.
script::ReleasePtr repository_release();
/// The same with one file added or replaced.
script::ReleasePtr release_with(const std::string& path, const std::string& source);

/// The scripts of one flow of a release.
flow::FlowScriptsPtr scripts_of(const script::Release& release, const std::string& flow);

Money cny(std::int64_t minor);
payment::Leg card_leg(std::int64_t minor);
payment::Leg external_leg(std::int64_t minor);
/// What routing chooses from: "wx-a" (cheaper) and "wx-b".
Value two_candidates();

/// One more for such a list; it also pays out to bank cards.
Value candidate(const std::string& name, int cost_basis_points);

/// Takes a collect and a refund twice, shows an order after a minute, pays out.
flow::ChannelTerms usual_terms();
/// Every channel account of the node has these terms.
flow::TermsSource same_terms(flow::ChannelTerms terms);

/// Whether a rebuilt run takes over after every activation, as if it had always left memory.
enum class Memory { stays, dehydrated };

/// What is asked of a driver; the defaults pay a composite order of 100 yuan.
struct DriveOptions {
    std::vector<payment::Leg> legs = {card_leg(3000), external_leg(7000)};
    script::ReleasePtr release = repository_release();
    std::string flow = "pay";
    Memory memory = Memory::stays;
    std::chrono::minutes order_lasts{15};
    std::int64_t amount = 0;        ///< of the payment; 0: what the legs sum up to
    std::int64_t order_amount = 0;  ///< 0: the payment's
    flow::TermsSource terms = same_terms(usual_terms());
    Value candidates = two_candidates();
    payment::BookedAccount credit{};  ///< what the order tops up
    /// What the run is about instead of a payment, and the accounts that it may move.
    std::optional<payment::Picture> subject{};
    std::set<AccountId> accounts{};
    /// Where the run lives; null: among the runs of other drivers with the same scripts.
    std::shared_ptr<flow::Interpreter> interpreter;
    std::uint64_t seed = 7;  ///< of the ids
};

/// Drives one run of a flow as a worker does, with time and the world in the test's hands: it runs
/// an activation again when the bank refuses a hold step, keeps the journal as JSON text, and after
/// every activation proves that a run rebuilt from that journal, in an interpreter of its own, is
/// the run, which lives among others (law 7), and that no money is out of place. One thread.
class FlowDriver {
  public:
    explicit FlowDriver(DriveOptions options = {});

    /// Takes facts at `now()`; a script's error ends the test through `error()`.
    void feed(std::vector<flow::Fact> facts);
    void start() { feed({flow::Fact{}}); }
    /// Moves time to the moment the run waits for and tells it.
    void wake();
    void request_close();
    /// Answers the open exchange of that operation; there must be one.
    void answer(payment::Operation operation, const payment::Outcome& outcome);
    void call_back(const payment::Outcome& outcome);

    /// Why the bank refuses a hold step; an empty text lets it pass.
    std::function<std::string(const flow::AccountStep&)> bank = [](const flow::AccountStep&) {
        return std::string();
    };

    /// The same for what may go back of a collected instruction.
    std::function<std::string(const flow::RefundClaim&)> cap = [](const flow::RefundClaim&) {
        return std::string();
    };

    /// The same for the sums that payouts are limited by; there is nothing left of a refused one.
    std::function<std::string(const flow::LimitClaim&)> limit = [](const flow::LimitClaim&) {
        return std::string();
    };

    /// The same when the payment is to be booked to its order.
    std::function<std::string()> order = [] { return std::string(); };

    [[nodiscard]] flow::Fact answer_to(
        const flow::SendExchange& sent, const payment::Outcome& outcome
    ) const;
    [[nodiscard]] flow::Fact callback_fact(const payment::Outcome& outcome) const;
    [[nodiscard]] std::optional<flow::SendExchange> open_exchange(payment::Operation operation
    ) const;

    [[nodiscard]] Time now() const { return now_; }
    void pass(std::chrono::milliseconds time) { now_ += time; }
    [[nodiscard]] const flow::Run& run() const { return *run_; }
    [[nodiscard]] const payment::Picture& picture() const { return run_->kernel().picture(); }
    [[nodiscard]] payment::SubjectStatus status() const { return picture().subject.status; }
    /// The newest collecting instruction of the leg; there must be one.
    [[nodiscard]] const payment::Instruction& instruction(int leg = 2) const;
    [[nodiscard]] std::string status_of(int leg = 2) const;
    [[nodiscard]] const flow::Step& last() const { return steps_.back(); }
    [[nodiscard]] const std::vector<flow::Step>& steps() const { return steps_; }
    /// "collect wx-a", in the order sent.
    [[nodiscard]] const std::vector<std::string>& sent() const { return sent_; }
    /// "debit 1101 wechatpay/wx-a 7000", in the order posted.
    [[nodiscard]] const std::vector<std::string>& postings() const { return postings_; }
    /// What stands on that account code, debits above zero.
    [[nodiscard]] std::int64_t booked_on(const std::string& gl) const { return booked()[gl]; }
    /// "hold 3000", "capture 3000"...
    [[nodiscard]] const std::vector<std::string>& hold_steps() const { return hold_steps_; }
    /// "claim 7000", "yield 7000"...
    [[nodiscard]] const std::vector<std::string>& claims() const { return claims_; }
    [[nodiscard]] const std::vector<std::string>& cases() const { return cases_; }
    [[nodiscard]] int decisions() const { return decisions_; }
    /// Empty unless a script failed; then the run is thrown away and nothing more is fed.
    [[nodiscard]] const std::string& error() const { return error_; }

    [[nodiscard]] const std::vector<flow::JournalRow>& journal() const { return journal_; }
    /// A run that has taken no activation yet.
    [[nodiscard]] Result<std::unique_ptr<flow::Run>> fresh_run() const {
        return fresh_run(options_.release);
    }
    /// A run that has seen the journal, read back from its text, in the scripts of `release`.
    [[nodiscard]] Result<std::unique_ptr<flow::Run>> rebuild(const script::ReleasePtr& release
    ) const;
    [[nodiscard]] Result<std::unique_ptr<flow::Run>> rebuild() const {
        return rebuild(options_.release);
    }

    /// The same in a given interpreter; null: where runs of other drivers are.
    [[nodiscard]] Result<std::unique_ptr<flow::Run>> rebuild_in(
        std::shared_ptr<flow::Interpreter> interpreter
    ) const;

  private:
    [[nodiscard]] Result<std::unique_ptr<flow::Run>> replayed(Result<std::unique_ptr<flow::Run>> run
    ) const;
    [[nodiscard]] Result<std::unique_ptr<flow::Run>> fresh_run(const script::ReleasePtr& release
    ) const;
    Result<flow::Step> activate(const std::vector<flow::Fact>& facts);
    Result<std::optional<flow::Recorded>> refused_by_bank(const flow::Step& step) const;
    void keep(flow::Step step);
    [[nodiscard]] std::map<std::string, std::int64_t> booked() const;
    void check_books() const;
    void check_money() const;
    void check_instructions() const;

    DriveOptions options_;
    payment::Picture start_;
    Time now_;
    std::unique_ptr<decision::Policies> policies_;
    flow::Decider decider_;
    int decisions_ = 0;
    std::unique_ptr<flow::Run> run_;
    std::vector<flow::Step> steps_;
    std::vector<flow::JournalRow> journal_;
    std::vector<std::string> sent_, postings_, hold_steps_, claims_, cases_;
    std::string error_;
};

/// What is recorded of a step that the database refused.
flow::Recorded refusal(std::uint32_t ordinal, const std::string& why);

/// How a step's posting or claim is told: "debit 1101 wechatpay/wx-a 7000", "claim 7000". Accounts
/// of ours are "payer" (payer_account()), "payee" (payee_account()) and "card" (any other).
std::string describe(const flow::PostLine& line);
std::string describe(const flow::RefundClaim& claim);

/// Everything of a run that a reader could tell apart, as text.
std::string describe(const flow::Run& run);

/// A journal row as the database gives it back.
Result<flow::JournalEntry> read_back(const flow::JournalRow& row);

// What a channel says of an instruction.
payment::Outcome paid(const payment::Instruction& instruction);
payment::Outcome paid(const payment::Instruction& instruction, Money amount);
/// The money that went came back.
payment::Outcome came_back(const payment::Instruction& instruction);
payment::Outcome qr_shown(const payment::Instruction& instruction);
payment::Outcome says(payment::OutcomeKind kind, std::string code = {});

}  // namespace sluice::testing
