#include "decision/dry_run.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "decision/dry_subject.hpp"
#include "flow/run.hpp"

namespace sluice::decision {
namespace {

using flow::AccountStep;
using flow::Fact;
using payment::Operation;
using payment::OutcomeKind;
using payment::Verdict;

constexpr int kStepsMax = 60;
constexpr int kRefusalsMax = 10;
constexpr int kStepsBeforeClosing = 6;

/// One way a payment can go.
struct Story {
    std::string_view name;
    OutcomeKind collect;
    OutcomeKind query;
    bool business_closes = false;
    std::optional<AccountStep::Kind> refused{};  ///< what the bank refuses
    /// What people say when they are asked; nothing: they let the time go by.
    std::optional<Verdict> people = Verdict::approve;
    bool is_over_limit = false;  ///< there is no room in what a payout is counted towards
};

const Story kStories[] = {
    {"the payer pays", OutcomeKind::succeeded, OutcomeKind::succeeded},
    {"the payer pays after a while", OutcomeKind::pending, OutcomeKind::succeeded},
    {"every channel refuses", OutcomeKind::refused, OutcomeKind::refused},
    {"an answer is lost, the business closes", OutcomeKind::unknown, OutcomeKind::not_found, true},
    {"nobody pays, the business closes", OutcomeKind::unknown, OutcomeKind::pending, true},
    {"a hold is refused",
     OutcomeKind::succeeded,
     OutcomeKind::succeeded,
     false,
     AccountStep::Kind::hold},
    {"a capture is refused",
     OutcomeKind::succeeded,
     OutcomeKind::succeeded,
     false,
     AccountStep::Kind::capture},
    {"an account takes nothing",
     OutcomeKind::succeeded,
     OutcomeKind::succeeded,
     false,
     AccountStep::Kind::give},
    {"no way is open", OutcomeKind::refused, OutcomeKind::refused, false, AccountStep::Kind::give},
    {"a channel cannot be reached", OutcomeKind::not_sent, OutcomeKind::not_found},
    {"an account gives nothing",
     OutcomeKind::succeeded,
     OutcomeKind::succeeded,
     false,
     AccountStep::Kind::take},
    {"people say no",
     OutcomeKind::succeeded,
     OutcomeKind::succeeded,
     false,
     std::nullopt,
     Verdict::deny},
    {"nobody says anything",
     OutcomeKind::succeeded,
     OutcomeKind::succeeded,
     false,
     std::nullopt,
     std::nullopt},
    {"no channel tells anything", OutcomeKind::unknown, OutcomeKind::unknown},
    {"the day's limit is reached",
     OutcomeKind::succeeded,
     OutcomeKind::succeeded,
     false,
     std::nullopt,
     Verdict::approve,
     true},
};

/// One flow in one story; kept for that long.
class Play {
  public:
    Play(
        flow::FlowScriptsPtr scripts,
        payment::Service service,
        const Story& story,
        const DryWorld& world
    )
        : scripts_(std::move(scripts)), service_(service), story_(story), world_(world) {}

    Result<void> play(const std::string& flow) {
        start_ = made_up_subject(flow, service_, world_);
        SLUICE_ASSIGN(run_, flow::Run::create(scripts_, start_));
        std::vector<Fact> facts{Fact{}};
        for (int step = 0; step < kStepsMax && !facts.empty(); ++step) {
            SLUICE_TRY(take(facts));
            facts = next_facts(step);
        }
        return {};
    }

  private:
    Result<void> take(const std::vector<Fact>& facts) {
        flow::Kernel::Activation activation{
            run_->next_seq(), now_, facts, {}, &world_.decide, &terms_
        };
        for (int refusals = 0; refusals <= kRefusalsMax; ++refusals) {
            SLUICE_ASSIGN(const flow::Step step, run_->activate(activation));
            activation.known = step.recorded;
            const auto refused = refused_in(step);
            if (!refused) {
                remember_tasks(step);
                taken_.push_back(activation);
                return {};
            }
            activation.known.push_back(*refused);
            SLUICE_TRY(rebuild());
        }
        return fail(ErrorCode::script, "the flow asks for what was refused again and again");
    }

    /// A coroutine cannot be rolled back: what it took before is played again.
    Result<void> rebuild() {
        SLUICE_ASSIGN(run_, flow::Run::create(scripts_, start_));
        for (const auto& activation : taken_) {
            SLUICE_TRY(run_->activate(activation));
        }
        return {};
    }

    [[nodiscard]] std::optional<flow::Recorded> refused_in(const flow::Step& step) const {
        std::optional<std::uint32_t> refused;
        std::string code = "refused";
        const auto hold =
            std::ranges::find_if(step.account_steps, [this](const AccountStep& account_step) {
                return account_step.kind == story_.refused;
            });
        if (hold != step.account_steps.end()) {
            refused = hold->ordinal;
        } else if (story_.is_over_limit && !step.limits.empty()) {
            refused = step.limits.front().ordinal;
            code = "over_daily_limit";
        }
        if (!refused) {
            return std::nullopt;
        }
        Value why;
        why.set("code", code);
        why.set("message", code);
        return flow::Recorded{flow::Recorded::Kind::refusal, *refused, std::move(why)};
    }

    void remember_tasks(const flow::Step& step) {
        for (const flow::TaskTurn& turn : step.task_turns) {
            tasks_[turn.task.id] = turn.task;
        }
    }

    /// Everybody who is needed says the same.
    [[nodiscard]] std::vector<Fact> votes() const {
        std::vector<Fact> facts;
        for (const auto& [id, task] : tasks_) {
            const bool is_answered = story_.people && task.status == payment::TaskStatus::open;
            for (int person = 0; is_answered && person < task.needed; ++person) {
                payment::TaskVote vote{id, "person-" + std::to_string(person), {task.role}};
                vote.verdict = *story_.people;
                vote.values = made_up_values(task);
                Fact& fact = facts.emplace_back();
                fact.kind = Fact::Kind::task_vote;
                fact.vote = std::make_shared<const payment::TaskVote>(std::move(vote));
            }
        }
        return facts;
    }

    std::vector<Fact> next_facts(int step) {
        std::vector<Fact> facts;
        if (run_->kernel().is_finished()) {
            return facts;
        }
        for (const auto& [number, sent] : run_->kernel().unanswered()) {
            facts.push_back(answer_to(sent));
        }
        if (facts.empty()) {
            facts = votes();
        }
        if (!facts.empty()) {
            return facts;
        }
        Fact fact;
        if (story_.business_closes && step >= kStepsBeforeClosing && !closing_) {
            closing_ = true;
            fact.kind = Fact::Kind::close_requested;
            facts.push_back(std::move(fact));
        } else if (const auto wake_at = run_->wake_at()) {
            now_ = std::max(now_, *wake_at);
            fact.kind = Fact::Kind::timer;
            facts.push_back(std::move(fact));
        }
        return facts;
    }

    [[nodiscard]] Fact answer_to(const flow::SendExchange& sent) const {
        Fact fact;
        fact.kind = Fact::Kind::outcome;
        fact.instruction = sent.instruction;
        fact.exchange = sent.exchange;
        fact.operation = sent.operation;
        const bool absent = story_.query == OutcomeKind::not_found;
        if (sent.operation == Operation::close || (closing_ && !absent)) {
            fact.outcome.kind = absent ? OutcomeKind::not_found : OutcomeKind::closed;
        } else {
            fact.outcome.kind =
                payment::moves_money(sent.operation) ? story_.collect : story_.query;
        }
        fact.outcome.code = "DRY_RUN";
        fact.outcome.number = sent.instruction.raw().to_string();
        fact.outcome.amount = run_->kernel().find(sent.instruction)->amount;
        return fact;
    }

    const flow::TermsSource terms_ = [](const flow::ChannelAddress&) {
        flow::ChannelTerms terms{"dry-run", true, std::chrono::seconds(1)};
        terms.refunds = true;
        terms.pays_out = true;
        return terms;
    };
    flow::FlowScriptsPtr scripts_;
    const payment::Service service_;
    const Story& story_;
    const DryWorld& world_;
    payment::Picture start_;
    std::unique_ptr<flow::Run> run_;
    std::vector<flow::Kernel::Activation> taken_;
    std::map<TaskId, payment::Task> tasks_;
    Time now_ = kDryBegin;
    bool closing_ = false;
};

}  // namespace

Result<void> dry_run(
    const script::Release& release, const std::string& flow, const DryWorld& world
) {
    const auto program = release.flows.find(flow);
    if (program == release.flows.end()) {
        return fail(ErrorCode::script, "flow '" + flow + "' is not in the release");
    }
    auto scripts = std::make_shared<flow::FlowScripts>();
    scripts->release = release.id;
    scripts->libraries = release.libraries;
    scripts->flow = program->second;
    SLUICE_ASSIGN(const auto reader, flow::Interpreter::open(scripts, flow::Company::alone));
    SLUICE_ASSIGN(const payment::Service service, reader->service());
    for (const Story& story : kStories) {
        if (auto played = Play(scripts, service, story, world).play(flow); !played) {
            const std::string told = " (flow '" + flow + "', when " + std::string(story.name) + ")";
            return fail(ErrorCode::script, played.error().message + told);
        }
    }
    return {};
}

}  // namespace sluice::decision
