#include "flow/run.hpp"

#include <utility>

#include "flow/script_error.hpp"
#include "flow/start_facts.hpp"

namespace sluice::flow {
namespace {

/// A body that grows to its size is copied on the way.
constexpr std::size_t kBodyUsual = 2048;

template <class Items>
void append_list(std::string& out, const Items& items) {
    out += '[';
    for (const auto& item : items) {
        out += out.back() == '[' ? "" : ",";
        append_json(out, item);
    }
    out += ']';
}

/// What the hash of a journal row is over.
std::string effects_of(const Step& step) {
    std::string effects;
    step.effects.append_to(effects);
    return effects;
}

template <class Item>
Result<std::vector<Item>> read_list(
    const Value& body, std::string_view key, Result<Item> (*read)(const Value&)
) {
    const Value* list = body.find(key);
    if (list == nullptr || list->as_array() == nullptr) {
        return fail(ErrorCode::corrupt, "journal body has no list '" + std::string(key) + "'");
    }
    std::vector<Item> items;
    for (const auto& element : *list->as_array()) {
        SLUICE_ASSIGN(auto item, read(element));
        items.push_back(std::move(item));
    }
    return items;
}

}  // namespace

JournalRow journal_row(std::uint32_t seq, Time at, const Step& step) {
    JournalRow row{seq, at, {}, {}};
    row.body.reserve(kBodyUsual);
    row.body = "{\"facts\":";
    append_list(row.body, step.facts);
    row.body += ",\"recorded\":";
    append_list(row.body, step.recorded);
    row.body += ",\"effects\":";
    const std::size_t effects = row.body.size();
    step.effects.append_to(row.body);
    row.effects_hash = hash128(std::string_view(row.body).substr(effects));
    row.body += "}";
    return row;
}

Run::Run(std::shared_ptr<Interpreter> interpreter, payment::Picture picture)
    : interpreter_(std::move(interpreter)), kernel_(std::move(picture)) {
    interpreter_->enter();
}

Run::~Run() { interpreter_->leave(); }

Result<std::unique_ptr<Run>> Run::create(
    std::shared_ptr<Interpreter> interpreter, payment::Picture picture
) {
    std::unique_ptr<Run> run(new Run(std::move(interpreter), std::move(picture)));
    SLUICE_ASSIGN(run->coroutine_, run->interpreter_->load());
    SLUICE_ASSIGN(StageNames stages, run->interpreter_->stages_of(*run->coroutine_));
    run->kernel_.declare_stages(std::move(stages));
    SLUICE_ASSIGN(const auto service, run->interpreter_->service_of(*run->coroutine_));
    const auto& subject = run->kernel_.picture().subject;
    if (service != subject.service) {
        return fail(
            ErrorCode::script,
            name_of(*run->interpreter_->scripts()->flow) + " is for a " +
                std::string(payment::to_string(service)) + ", " + subject.name() + " is none"
        );
    }
    return run;
}

Result<std::unique_ptr<Run>> Run::create(FlowScriptsPtr scripts, payment::Picture picture) {
    SLUICE_ASSIGN(auto interpreter, Interpreter::open(std::move(scripts), Company::alone));
    return create(std::move(interpreter), std::move(picture));
}

Result<void> Run::drive(bool first) {
    std::expected<lua::Progress, lua::ScriptError> progress = lua::Progress{};
    interpreter_->seat_.kernel = &kernel_;
    if (first) {
        const Value start = start_facts(kernel_.picture());
        progress = coroutine_->start("run", std::span(&start, 1));
    } else if (auto event = kernel_.next_event()) {
        progress = coroutine_->resume(*event);
    }
    interpreter_->seat_.kernel = nullptr;
    if (!progress) {
        return fail(script_error(progress.error()));
    }
    outgrown_ = interpreter_->tidy() || outgrown_;
    return take(*progress);
}

Result<void> Run::take(const lua::Progress& progress) {
    if (progress.kind == lua::Progress::Kind::waiting) {
        return {};
    }
    ended_ = true;
    if (progress.kind == lua::Progress::Kind::failed) {
        return fail(ErrorCode::script, "the flow let a failure out: " + to_json(progress.value));
    }
    if (!kernel_.is_finished()) {
        return fail(
            ErrorCode::script,
            name_of(*interpreter_->scripts()->flow) + " ended but " +
                kernel_.picture().subject.name() + " is still " +
                std::string(payment::to_string(kernel_.picture().subject.status))
        );
    }
    return {};
}

Result<Step> Run::activate(Kernel::Activation activation) {
    if (!interpreter_->is_usable()) {
        return fail(
            ErrorCode::unavailable,
            kernel_.picture().subject.name() +
                " lost its interpreter, it must be rebuilt from its journal"
        );
    }
    const bool first = activation.seq == 1;
    SLUICE_TRY(kernel_.begin(std::move(activation)));
    const bool resumes = first || kernel_.has_event();
    if (resumes && !ended_) {
        SLUICE_TRY(drive(first));
    }
    Step step = kernel_.take_step();
    wake_at_ = step.finished ? std::nullopt : step.wake_at;
    ++next_seq_;
    return step;
}

Result<Step> Run::replay(const JournalEntry& entry) {
    Kernel::Activation activation;
    activation.seq = entry.seq;
    activation.now = entry.at;
    SLUICE_ASSIGN(activation.facts, read_list(entry.body, "facts", fact_from_value));
    SLUICE_ASSIGN(activation.known, read_list(entry.body, "recorded", recorded_from_value));
    if (entry.seq != next_seq_) {
        return fail(
            ErrorCode::corrupt,
            "journal of " + kernel_.picture().subject.name() + " goes on with activation " +
                std::to_string(entry.seq) + ", wanted " + std::to_string(next_seq_)
        );
    }
    SLUICE_ASSIGN(Step step, activate(std::move(activation)));
    if (const std::string effects = effects_of(step); hash128(effects) != entry.effects_hash) {
        const Value* expected = entry.body.find("effects");
        return fail(
            ErrorCode::nondeterminism,
            "activation " + std::to_string(entry.seq) + " of " + kernel_.picture().subject.name() +
                " differs: the journal has " +
                (expected == nullptr ? "nothing" : to_json(*expected)) + ", the script asks for " +
                effects
        );
    }
    return step;
}

}  // namespace sluice::flow
