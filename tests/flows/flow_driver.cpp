#include "flows/flow_driver.hpp"

#include <algorithm>
#include <utility>

#include <gtest/gtest.h>

#include "flows/service_world.hpp"
#include "json/json.hpp"
#include "support/sound_health.hpp"

namespace sluice::testing {
namespace {

using payment::LegKind;

constexpr Time kStart{std::chrono::seconds(1'767'225'600)};

/// The interpreter that takes runs of these scripts now, as a worker has it.
Result<std::shared_ptr<flow::Interpreter>> common_place(
    const script::Release& release, const std::string& flow
) {
    static flow::InterpreterPool pool;
    static std::map<std::string, flow::FlowScriptsPtr> scripts;
    auto& known = scripts[release.id.to_string() + flow];
    known = known == nullptr ? scripts_of(release, flow) : known;
    return pool.place_for(known);
}

payment::Picture starting_picture(const DriveOptions& options) {
    if (options.subject) {
        return *options.subject;
    }
    SeededRandom random(options.seed);
    const Bucket bucket{42};
    payment::Picture picture;
    std::int64_t total = 0;
    int number = 0;
    for (auto leg : options.legs) {
        leg.number = ++number;
        if (leg.kind == LegKind::internal) {
            leg.account = AccountId::generate(kStart, bucket, random);
        }
        total += leg.amount.minor();
        picture.legs.push_back(std::move(leg));
    }
    const std::int64_t amount = options.amount > 0 ? options.amount : total;
    auto& order = picture.order;
    order.id = OrderId::generate(kStart, bucket, random);
    order.merchant_id = "shop";
    order.merchant_order_number = "A-1";
    order.product_code = "web";
    order.amount = cny(options.order_amount > 0 ? options.order_amount : amount);
    order.created_at = kStart;
    order.expires_at = kStart + options.order_lasts;
    auto& payment = picture.subject;
    payment.id = RunId::generate(kStart, bucket, random);
    payment.order_id = order.id;
    payment.merchant_id = "shop";
    payment.flow = options.flow;
    picture.order.credit = options.credit;
    payment.amount = cny(amount);
    payment.created_at = kStart;
    return picture;
}

/// Who gives and who gets in one run have names of their own: swapped they would look the same.
std::string name_of(const flow::PostLine& line) {
    if (line.account.is_nil()) {
        return line.owner;
    }
    if (line.account == payer_account()) {
        return "payer";
    }
    return line.account == payee_account() ? "payee" : "card";
}

}  // namespace

flow::Recorded refusal(std::uint32_t ordinal, const std::string& why) {
    Value value;
    value.set("code", why);
    value.set("message", why);
    return {flow::Recorded::Kind::refusal, ordinal, std::move(value)};
}

script::ReleasePtr repository_release() {
    static const script::ReleasePtr kRelease = [] {
        auto loaded = script::load_release(SLUICE_SOURCE_DIR);
        EXPECT_TRUE(loaded.has_value()) << loaded.error().message;
        return std::move(loaded).value();
    }();
    return kRelease;
}

script::ReleasePtr release_with(const std::string& path, const std::string& source) {
    auto files = repository_release()->files;
    files[path] = source;
    auto built = script::build_release(std::move(files));
    EXPECT_TRUE(built.has_value()) << built.error().message;
    return std::move(built).value();
}

flow::FlowScriptsPtr scripts_of(const script::Release& release, const std::string& flow) {
    auto scripts = std::make_shared<flow::FlowScripts>();
    scripts->release = release.id;
    scripts->libraries = release.libraries;
    scripts->flow = release.flows.at(flow);
    return scripts;
}

flow::ChannelTerms usual_terms() {
    flow::ChannelTerms terms{"1900000109", true, std::chrono::seconds(60)};
    terms.refunds = true;
    terms.refund_may_repeat = true;
    terms.refund_window = std::chrono::days(365);
    terms.pays_out = true;
    return terms;
}

Money cny(std::int64_t minor) { return {minor, *Currency::parse("CNY")}; }

payment::Leg card_leg(std::int64_t minor) {
    payment::Leg leg;
    leg.kind = LegKind::internal;
    leg.method = "prepaid_card";
    leg.amount = cny(minor);
    return leg;
}

payment::Leg external_leg(std::int64_t minor) {
    payment::Leg leg;
    leg.kind = LegKind::external;
    leg.method = "wechatpay";
    leg.scene = "qr";
    leg.amount = cny(minor);
    return leg;
}

flow::TermsSource same_terms(flow::ChannelTerms terms) {
    return [terms = std::move(terms)](const flow::ChannelAddress&) { return terms; };
}

Value candidate(const std::string& name, int cost_basis_points) {
    Value value;
    value.set("name", name);
    value.set("channel", "wechatpay");
    value.set("merchant_id", "");
    value.set("method", "wechatpay");
    value.set("scenes", Value(ValueArray{Value("qr"), Value("jsapi")}));
    value.set("amount_min", cny(1));
    value.set("amount_max", cny(100'000'000));
    value.set("cost_basis_points", cost_basis_points);
    value.set("payout_methods", Value(ValueArray{Value("bank_card")}));
    value.set("health", sluice::testing::sound_health());
    return value;
}

Value two_candidates() { return Value(ValueArray{candidate("wx-b", 60), candidate("wx-a", 38)}); }

FlowDriver::FlowDriver(DriveOptions options)
    : options_(std::move(options)), start_(starting_picture(options_)), now_(kStart) {
    policies_ =
        std::move(decision::Policies::create(options_.release, options_.candidates)).value();
    decider_ = [this](std::string_view policy, const Value& facts) {
        ++decisions_;
        return policies_->decide(policy, facts);
    };
    auto run = rebuild_in(options_.interpreter);
    if (run) {
        run_ = std::move(*run);
    } else {
        error_ = run.error().message;
    }
}

Result<std::optional<flow::Recorded>> FlowDriver::refused_by_bank(const flow::Step& step) const {
    for (const auto& hold : step.account_steps) {
        if (const std::string why = bank(hold); !why.empty()) {
            return refusal(hold.ordinal, why);
        }
    }
    for (const auto& claim : step.claims) {
        const std::string why =
            claim.kind == flow::RefundClaim::Kind::claim ? cap(claim) : std::string();
        if (!why.empty()) {
            return refusal(claim.ordinal, why);
        }
    }
    for (const auto& claim : step.limits) {
        if (const std::string why = limit(claim); !why.empty()) {
            return refusal(claim.ordinal, why);
        }
    }
    const std::string why = step.settles_at > 0 ? order() : std::string();
    return why.empty() ? std::nullopt : std::optional(refusal(step.settles_at, why));
}

Result<flow::Step> FlowDriver::activate(const std::vector<flow::Fact>& facts) {
    std::vector<flow::Recorded> known;
    for (int tries = 0; tries < 10; ++tries) {
        flow::Kernel::Activation activation;
        activation.seq = run_->next_seq();
        activation.now = now_;
        activation.facts = facts;
        activation.known = known;
        activation.decider = &decider_;
        activation.terms = &options_.terms;
        SLUICE_ASSIGN(flow::Step step, run_->activate(std::move(activation)));
        SLUICE_ASSIGN(auto refused, refused_by_bank(step));
        if (!refused) {
            return step;
        }
        known = step.recorded;
        known.push_back(std::move(*refused));
        SLUICE_ASSIGN(run_, rebuild_in(options_.interpreter));
    }
    return fail(ErrorCode::limit, "the bank refuses the same activation for ever");
}

void FlowDriver::feed(std::vector<flow::Fact> facts) {
    ASSERT_TRUE(error_.empty()) << error_;
    const std::uint32_t seq = run_->next_seq();
    auto step = activate(facts);
    if (!step) {
        error_ = step.error().message;
        return;
    }
    journal_.push_back(flow::journal_row(seq, now_, *step));
    keep(std::move(*step));
    check_money();
    check_instructions();
    auto again = rebuild();
    ASSERT_TRUE(again.has_value()) << again.error().message;
    ASSERT_EQ(describe(**again), describe(*run_)) << "a run rebuilt from its journal differs";
    if (options_.memory == Memory::dehydrated) {
        run_ = std::move(*again);
    }
}

void FlowDriver::keep(flow::Step step) {
    for (const auto& effect : step.exchanges) {
        const auto* about = run_->kernel().find(effect.instruction);
        sent_.push_back(
            std::string(payment::to_string(effect.operation)) + " " + about->channel_account
        );
    }
    for (const auto& line : step.lines) {
        postings_.push_back(describe(line));
    }
    for (const auto& hold : step.account_steps) {
        hold_steps_.push_back(
            std::string(flow::to_string(hold.kind)) + " " + std::to_string(hold.amount.minor())
        );
    }
    for (const auto& claim : step.claims) {
        claims_.push_back(describe(claim));
    }
    for (const auto& opened : step.cases) {
        cases_.push_back(opened.kind + " " + std::to_string(opened.amount.minor()));
    }
    steps_.push_back(std::move(step));
}

void FlowDriver::wake() {
    ASSERT_TRUE(run_->wake_at().has_value()) << "the run waits for no moment";
    now_ = std::max(now_, *run_->wake_at());
    flow::Fact timer;
    timer.kind = flow::Fact::Kind::timer;
    feed({timer});
}

void FlowDriver::request_close() {
    flow::Fact wish;
    wish.kind = flow::Fact::Kind::close_requested;
    feed({wish});
}

std::optional<flow::SendExchange> FlowDriver::open_exchange(payment::Operation operation) const {
    for (const auto& [number, sent] : run_->kernel().unanswered()) {
        if (sent.operation == operation) {
            return sent;
        }
    }
    return std::nullopt;
}

flow::Fact FlowDriver::answer_to(const flow::SendExchange& sent, const payment::Outcome& outcome)
    const {
    flow::Fact fact;
    fact.kind = flow::Fact::Kind::outcome;
    fact.instruction = sent.instruction;
    fact.exchange = sent.exchange;
    fact.operation = sent.operation;
    fact.outcome = outcome;
    return fact;
}

flow::Fact FlowDriver::callback_fact(const payment::Outcome& outcome) const {
    flow::Fact fact;
    fact.kind = flow::Fact::Kind::callback;
    fact.source = payment::Source::callback;
    fact.instruction = instruction().id;
    fact.outcome = outcome;
    return fact;
}

void FlowDriver::answer(payment::Operation operation, const payment::Outcome& outcome) {
    const auto sent = open_exchange(operation);
    ASSERT_TRUE(sent.has_value()) << "nothing asked: " << payment::to_string(operation);
    feed({answer_to(*sent, outcome)});
}

void FlowDriver::call_back(const payment::Outcome& outcome) { feed({callback_fact(outcome)}); }

const payment::Instruction& FlowDriver::instruction(int leg) const {
    const payment::Instruction* newest = nullptr;
    for (const auto& each : picture().instructions) {
        newest = each.leg_number == leg ? &each : newest;
    }
    EXPECT_NE(newest, nullptr) << "leg " << leg << " has no instruction";
    return *newest;
}

std::string FlowDriver::status_of(int leg) const {
    return std::string(payment::to_string(instruction(leg).status));
}

Result<std::unique_ptr<flow::Run>> FlowDriver::fresh_run(const script::ReleasePtr& release) const {
    return flow::Run::create(scripts_of(*release, options_.flow), start_);
}

Result<std::unique_ptr<flow::Run>> FlowDriver::rebuild(const script::ReleasePtr& release) const {
    return replayed(fresh_run(release));
}

Result<std::unique_ptr<flow::Run>> FlowDriver::rebuild_in(
    std::shared_ptr<flow::Interpreter> interpreter
) const {
    if (interpreter == nullptr) {
        SLUICE_ASSIGN(interpreter, common_place(*options_.release, options_.flow));
    }
    return replayed(flow::Run::create(std::move(interpreter), start_));
}

Result<std::unique_ptr<flow::Run>> FlowDriver::replayed(Result<std::unique_ptr<flow::Run>> run
) const {
    if (!run) {
        return run;
    }
    for (const auto& row : journal_) {
        SLUICE_ASSIGN(const auto entry, read_back(row));
        SLUICE_TRY((*run)->replay(entry));
    }
    return run;
}

Result<flow::JournalEntry> read_back(const flow::JournalRow& row) {
    flow::JournalEntry entry{row.seq, row.at, {}, row.effects_hash};
    SLUICE_ASSIGN(entry.body, json::parse(row.body));
    return entry;
}

std::string describe(const flow::PostLine& line) {
    return std::string(flow::to_string(line.side)) + " " + line.gl + " " + name_of(line) + " " +
           std::to_string(line.amount.minor());
}

std::string describe(const flow::RefundClaim& claim) {
    const bool claims = claim.kind == flow::RefundClaim::Kind::claim;
    return (claims ? "claim " : "yield ") + std::to_string(claim.amount.minor());
}

std::string describe(const flow::Run& run) {
    const auto& picture = run.kernel().picture();
    const auto& payment = picture.subject;
    std::string text = std::string(payment::to_string(payment.status)) + " " + payment.stage +
                       " [" + payment.failure_code + "] " + payment.failure_message + " at " +
                       format_rfc3339(payment.updated_at) + ", order " +
                       std::string(payment::to_string(picture.order.status)) + " paid " +
                       std::to_string(picture.order.paid_minor) + "\n";
    for (const auto& each : picture.instructions) {
        text += each.id.to_string() + " leg " + std::to_string(each.leg_number) + " " +
                each.channel + "/" + each.channel_account + "/" + each.merchant + " " +
                each.amount.describe() + " " + std::string(payment::to_string(each.status)) + " " +
                each.channel_reference + " [" + each.outcome_code + "] " + each.outcome_message +
                " " + to_json(each.next_action) + " " + format_rfc3339(each.created_at) + " " +
                format_rfc3339(each.expires_at) + "\n";
    }
    for (const auto& [number, sent] : run.kernel().unanswered()) {
        text += "unanswered ";
        append_json(text, sent);
        text += "\n";
    }
    text += "next " + std::to_string(run.next_seq());
    text += run.wake_at() ? " wakes " + format_rfc3339(*run.wake_at()) : " sleeps";
    return text;
}

payment::Outcome paid(const payment::Instruction& instruction) {
    return paid(instruction, instruction.amount);
}

payment::Outcome paid(const payment::Instruction& instruction, Money amount) {
    payment::Outcome outcome;
    outcome.kind = payment::OutcomeKind::succeeded;
    outcome.number = instruction.id.raw().to_string();
    outcome.merchant = instruction.merchant;
    outcome.amount = amount;
    outcome.channel_reference = "4200001";
    return outcome;
}

payment::Outcome came_back(const payment::Instruction& instruction) {
    payment::Outcome outcome = paid(instruction);
    outcome.kind = payment::OutcomeKind::returned;
    return outcome;
}

payment::Outcome qr_shown(const payment::Instruction& instruction) {
    payment::Outcome outcome;
    outcome.kind = payment::OutcomeKind::pending;
    outcome.number = instruction.id.raw().to_string();
    outcome.next_action.set("type", "qr_code");
    outcome.next_action.set("code_url", "weixin://pay/1");
    return outcome;
}

payment::Outcome says(payment::OutcomeKind kind, std::string code) {
    payment::Outcome outcome;
    outcome.kind = kind;
    outcome.code = std::move(code);
    return outcome;
}

}  // namespace sluice::testing
