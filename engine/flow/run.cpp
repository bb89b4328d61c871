#include "flow/run.hpp"

#include <utility>

#include "flow/lua_api/kernel_api.hpp"

namespace sluice::flow {
namespace {

Error script_error(const lua::ScriptError& error) {
    return {ErrorCode::script, error.describe(), error.script + ":" + std::to_string(error.line)};
}

template <class Items>
Value list_of(const Items& items) {
    ValueArray list;
    list.reserve(items.size());
    for (const auto& item : items) {
        list.push_back(to_value(item));
    }
    return Value(std::move(list));
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

Value leg_value(const payment::Leg& leg) {
    Value value;
    value.set("number", leg.number);
    value.set("kind", payment::to_string(leg.kind));
    value.set("method", leg.method);
    value.set("scene", leg.scene);
    value.set("amount", leg.amount);
    return value;
}

/// What a flow knows of its payment from the start.
Value start_value(const payment::PaymentPicture& picture) {
    const auto& order = picture.order;
    Value value;
    value.set("id", picture.payment.id.to_string());
    value.set("amount", picture.payment.amount);
    value.set("merchant_id", picture.payment.merchant_id);
    value.set("product_code", order.product_code);
    value.set("order_id", order.id.to_string());
    value.set(
        "expires_at_ms",
        std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(
                         order.expires_at.time_since_epoch()
        )
                         .count()}
    );
    ValueArray legs;
    for (const auto& leg : picture.payment.legs) {
        legs.push_back(leg_value(leg));
    }
    value.set("legs", Value(std::move(legs)));
    return value;
}

}  // namespace

JournalRow journal_row(std::uint32_t seq, Time at, const Step& step) {
    JournalRow row{seq, at, {}, {}};
    std::string effects;
    append_json(effects, Value(step.effects));
    row.effects_hash = hash128(effects);
    row.body = "{\"facts\":";
    append_json(row.body, list_of(step.facts));
    row.body += ",\"recorded\":";
    append_json(row.body, list_of(step.recorded));
    row.body += ",\"effects\":";
    row.body += effects;
    row.body += "}";
    return row;
}

Run::Run(FlowScriptsPtr scripts, payment::PaymentPicture picture)
    : scripts_(std::move(scripts)), kernel_(std::make_unique<Kernel>(std::move(picture))) {}

Result<std::unique_ptr<Run>> Run::create(FlowScriptsPtr scripts, payment::PaymentPicture picture) {
    std::unique_ptr<Run> run(new Run(std::move(scripts), std::move(picture)));
    lua::VmSettings settings;
    settings.host.push_back(kernel_api(*run->kernel_));
    settings.libraries = run->scripts_->libraries;
    auto vm = lua::Vm::create(std::move(settings));
    if (!vm) {
        return fail(script_error(vm.error()));
    }
    run->vm_ = std::move(*vm);
    if (auto loaded = run->vm_->load(*run->scripts_->flow); !loaded) {
        return fail(script_error(loaded.error()));
    }
    SLUICE_TRY(run->read_stages());
    return run;
}

Result<void> Run::read_stages() {
    auto listed = vm_->get("stages");
    if (!listed) {
        return fail(script_error(listed.error()));
    }
    std::vector<std::string> stages;
    for (const auto& stage : listed->as_array() == nullptr ? ValueArray{} : *listed->as_array()) {
        if (stage.as_text() != nullptr) {
            stages.push_back(*stage.as_text());
        }
    }
    if (stages.empty()) {
        return fail(
            ErrorCode::script,
            name_of(*scripts_->flow) + " wants 'stages', a list of names like { \"collect\" }"
        );
    }
    kernel_->declare_stages(std::move(stages));
    return {};
}

Result<void> Run::drive(bool first) {
    if (ended_) {
        return {};
    }
    std::expected<lua::Progress, lua::ScriptError> progress = lua::Progress{};
    if (first) {
        const Value start = start_value(kernel_->picture());
        progress = vm_->start("run", std::span(&start, 1));
    } else if (auto event = kernel_->next_event()) {
        progress = vm_->resume(*event);
    } else {
        return {};
    }
    if (!progress) {
        return fail(script_error(progress.error()));
    }
    if (progress->kind == lua::Progress::Kind::waiting) {
        return {};
    }
    ended_ = true;
    if (progress->kind == lua::Progress::Kind::failed) {
        return fail(ErrorCode::script, "the flow let a failure out: " + to_json(progress->value));
    }
    if (!kernel_->is_finished()) {
        return fail(
            ErrorCode::script,
            name_of(*scripts_->flow) + " ended but its payment is still " +
                std::string(payment::to_string(kernel_->picture().payment.status))
        );
    }
    return {};
}

Result<Step> Run::activate(Kernel::Activation activation) {
    const bool first = activation.seq == 1;
    SLUICE_TRY(kernel_->begin(std::move(activation)));
    // A wait that ends without an event keeps its deadline; drive() sets a new one if it waits
    // anew.
    const auto before = wake_at_;
    const bool resumes = first || kernel_->has_event();
    SLUICE_TRY(drive(first));
    Step step = kernel_->take_step();
    if (!resumes) {
        step.wake_at = before;
    }
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
            "journal of " + kernel_->picture().payment.id.to_string() +
                " goes on with activation " + std::to_string(entry.seq) + ", wanted " +
                std::to_string(next_seq_)
        );
    }
    SLUICE_ASSIGN(Step step, activate(std::move(activation)));
    const JournalRow again = journal_row(entry.seq, entry.at, step);
    if (again.effects_hash != entry.effects_hash) {
        const Value* expected = entry.body.find("effects");
        return fail(
            ErrorCode::nondeterminism,
            "activation " + std::to_string(entry.seq) + " of " +
                kernel_->picture().payment.id.to_string() + " differs: the journal has " +
                (expected == nullptr ? "nothing" : to_json(*expected)) + ", the script asks for " +
                to_json(Value(step.effects))
        );
    }
    return step;
}

}  // namespace sluice::flow
