#include "worker/live_runs.hpp"

#include <malloc.h>
#include <map>
#include <string>
#include <utility>

#include "json/json.hpp"

// Of the allocator that the server is linked with; null in programs that keep the C library's.
// NOLINTNEXTLINE(readability-identifier-naming): the name is the allocator's
extern "C" [[gnu::weak]] void MallocExtension_ReleaseFreeMemory();

namespace sluice::worker {

std::string release_to_json(const script::Release& release) {
    Value files;
    for (const auto& [path, source] : release.files) {
        files.set(path, source);
    }
    return to_json(files);
}

Result<script::ReleasePtr> release_from_json(std::string_view json) {
    SLUICE_ASSIGN(const Value parsed, json::parse(json));
    const ValueObject* object = parsed.as_object();
    if (object == nullptr) {
        return fail(ErrorCode::corrupt, "a stored release is no record of files");
    }
    std::map<std::string, std::string> files;
    for (const auto& [path, source] : *object) {
        if (source.as_text() == nullptr) {
            return fail(ErrorCode::corrupt, "file " + path + " of a stored release is no text");
        }
        files[path] = *source.as_text();
    }
    return script::build_release(std::move(files));
}

void LiveRuns::adopt(script::ReleasePtr release) {
    releases_[release->id] = release;
    interpreters_.clear();
    release_ = std::move(release);
}

LiveRuns::Slot* LiveRuns::find(RunId id) {
    const auto found = slots_.find(id);
    return found == slots_.end() ? nullptr : &found->second;
}

void LiveRuns::note(const RunRow& row) {
    Slot& slot = slots_[row.id];
    slot.wake_at = row.wake_at;
    slot.quarantined = row.quarantined;
    slot.interrupted = row.pending > 0 && !row.quarantined;
    arm(row.id, slot);
}

void LiveRuns::arm(RunId id, Slot& slot) {
    if (slot.quarantined || !slot.wake_at) {
        slot.armed_at.reset();
        return;
    }
    if (slot.armed_at != slot.wake_at) {
        timers_.push({*slot.wake_at, id});
        slot.armed_at = slot.wake_at;
    }
}

void LiveRuns::keep(RunId id, std::unique_ptr<flow::Run> run, Time now) {
    Slot& slot = slots_[id];
    slot.wake_at = run->wake_at();
    arm(id, slot);
    slot.used_at = now;
    if (run->has_outgrown() || !run->interpreter().is_usable()) {
        slot.alone = slot.alone || run->has_outgrown();
        cool(slot);
        return;
    }
    warm_ += slot.run == nullptr ? 1U : 0U;
    slot.run = std::move(run);
    if (!slot.look_from) {
        list(id, slot, now);
    }
}

void LiveRuns::list(RunId id, Slot& slot, Time from) {
    slot.look_from = from;
    warm_order_.emplace(from, id);
}

void LiveRuns::cool(Slot& slot) {
    warm_ -= slot.run == nullptr ? 0U : 1U;
    slot.run.reset();
}

std::unique_ptr<flow::Run> LiveRuns::take(RunId id) {
    Slot* slot = find(id);
    if (slot == nullptr || slot->run == nullptr) {
        return nullptr;
    }
    if (!slot->run->interpreter().is_usable()) {
        cool(*slot);
        return nullptr;
    }
    --warm_;
    return std::move(slot->run);
}

void LiveRuns::failed(RunId id, std::unique_ptr<flow::Run> run) {
    if (run->interpreter().is_usable()) {
        return;
    }
    interpreters_.note_abort(*run->interpreter().scripts());
    if (Slot* slot = find(id)) {
        slot->alone = true;
    }
}

void LiveRuns::forget(RunId id) {
    const auto found = slots_.find(id);
    if (found != slots_.end()) {
        warm_ -= found->second.run == nullptr ? 0U : 1U;
        slots_.erase(found);
    }
}

void LiveRuns::forget_bucket(Bucket bucket) {
    std::erase_if(slots_, [&](const auto& entry) {
        const bool gone = entry.first.bucket() == bucket;
        warm_ -= gone && entry.second.run != nullptr ? 1U : 0U;
        return gone;
    });
}

void LiveRuns::forget_all() {
    slots_.clear();
    timers_ = {};
    warm_order_ = {};
    warm_ = 0;
}

void LiveRuns::begin_tenure(std::span<const Bucket> buckets, Id128 tenure) {
    for (const Bucket bucket : buckets) {
        tenures_[static_cast<std::uint8_t>(bucket)] = tenure;
    }
}

Result<flow::FlowScriptsPtr> LiveRuns::scripts_in(
    const script::Release& release, const std::string& flow
) {
    const std::string key = release.id.to_string() + "/" + flow;
    if (const auto known = scripts_.find(key); known != scripts_.end()) {
        return known->second;
    }
    const auto program = release.flows.find(flow);
    if (program == release.flows.end()) {
        return fail(
            ErrorCode::script, "flow '" + flow + "' is not in release " + release.id.to_string()
        );
    }
    auto scripts = std::make_shared<flow::FlowScripts>();
    scripts->release = release.id;
    scripts->libraries = release.libraries;
    scripts->flow = program->second;
    scripts_[key] = scripts;
    return flow::FlowScriptsPtr(std::move(scripts));
}

Result<flow::FlowScriptsPtr> LiveRuns::scripts_of(
    RunStore& store, Id128 release, const std::string& flow
) {
    if (const auto known = releases_.find(release); known != releases_.end()) {
        return scripts_in(*known->second, flow);
    }
    SLUICE_ASSIGN(const auto files, store.release_files(release));
    if (!files) {
        return fail(ErrorCode::corrupt, "release " + release.to_string() + " is not stored");
    }
    SLUICE_ASSIGN(auto built, release_from_json(*files));
    releases_[release] = built;
    return scripts_in(*built, flow);
}

Result<std::unique_ptr<flow::Run>> LiveRuns::begin(const payment::Picture& picture) {
    SLUICE_ASSIGN(const auto scripts, scripts_in(*release_, picture.subject.flow));
    SLUICE_ASSIGN(const auto interpreter, interpreters_.place_for(scripts));
    return create(interpreter, picture);
}

Result<std::unique_ptr<flow::Run>> LiveRuns::create(
    const std::shared_ptr<flow::Interpreter>& interpreter, payment::Picture picture
) {
    auto run = flow::Run::create(interpreter, std::move(picture));
    if (!run && !interpreter->is_usable()) {
        interpreters_.note_abort(*interpreter->scripts());
    }
    return run;
}

Result<std::unique_ptr<flow::Run>> LiveRuns::rebuild(RunStore& store, RunId id) {
    SLUICE_ASSIGN(auto history, store.history(id));
    if (!history) {
        return std::unique_ptr<flow::Run>{};
    }
    SLUICE_ASSIGN(
        auto scripts, scripts_of(store, history->row.release, history->start.subject.flow)
    );
    const Slot* slot = find(id);
    const bool alone = slot != nullptr && slot->alone;
    SLUICE_ASSIGN(
        const auto interpreter,
        alone ? flow::Interpreter::open(scripts, flow::Company::alone)
              : interpreters_.place_for(scripts)
    );
    SLUICE_ASSIGN(auto run, create(interpreter, std::move(history->start)));
    for (const auto& entry : history->journal) {
        if (auto step = run->replay(entry); !step) {
            failed(id, std::move(run));
            return fail(std::move(step).error());
        }
    }
    return run;
}

std::vector<RunId> LiveRuns::take_due(Time now, std::size_t most) {
    std::vector<RunId> due;
    while (!timers_.empty() && timers_.top().at <= now && due.size() < most) {
        const Timer timer = timers_.top();
        timers_.pop();
        Slot* slot = find(timer.id);
        // A timer whose run has moved on is void.
        if (slot != nullptr && !slot->quarantined && slot->armed_at == timer.at) {
            slot->armed_at.reset();
            due.push_back(timer.id);
        }
    }
    return due;
}

void LiveRuns::return_timer(RunId id) {
    if (Slot* slot = find(id)) {
        arm(id, *slot);
    }
}

std::optional<Time> LiveRuns::next_due() const {
    if (timers_.empty()) {
        return std::nullopt;
    }
    return timers_.top().at;
}

bool LiveRuns::may_stay(const Slot& slot, Time now) const {
    return warm_ <= staying_.most && slot.wake_at && *slot.wake_at <= now + staying_.soon;
}

void LiveRuns::dehydrate(Time unused_since) {
    constexpr std::chrono::seconds kLookAgain{1};
    while (!warm_order_.empty() && warm_order_.front().first <= unused_since) {
        const auto [look_from, id] = warm_order_.front();
        warm_order_.pop();
        Slot* slot = find(id);
        // Its bucket may have left and come back since.
        if (slot == nullptr || slot->look_from != look_from) {
            continue;
        }
        slot->look_from.reset();
        if (slot->run == nullptr) {
            continue;
        }
        const bool is_used = slot->used_at > unused_since;
        const bool may_go_on = is_used || may_stay(*slot, unused_since);
        if (may_go_on && !slot->run->interpreter().is_sparse()) {
            list(id, *slot, is_used ? slot->used_at : unused_since + kLookAgain);
            continue;
        }
        cool(*slot);
        has_cooled_ = true;
    }
    give_memory_back(unused_since);
}

/// What runs held is strewn between what stays; the allocator keeps such holes unless it is told.
void LiveRuns::give_memory_back(Time now) {
    constexpr std::chrono::seconds kPause{5};
    if (has_cooled_ && now >= next_give_back_) {
        if (MallocExtension_ReleaseFreeMemory != nullptr) {
            MallocExtension_ReleaseFreeMemory();
        } else {
            (void)malloc_trim(0);
        }
        has_cooled_ = false;
        next_give_back_ = now + kPause;
    }
}

}  // namespace sluice::worker
