#include "gateway/tasks_api.hpp"

#include <algorithm>
#include <utility>

#include "gateway/forwarding.hpp"
#include "gateway/input.hpp"
#include "gateway/listed_merchant.hpp"
#include "gateway/member_rules.hpp"
#include "gateway/named_in_vote.hpp"
#include "gateway/render.hpp"
#include "gateway/render_tasks.hpp"

namespace sluice::gateway {
namespace {

constexpr TextRule kNoteRule{.min = 0, .max = 500};

std::expected<StoredTask, Problem> seen_task(
    const Services& services, const Call& call, TaskId id
) {
    auto found = services.parts.tasks.find(id);
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    std::optional<StoredTask>& task = *found;
    if (!task || !call.sees(task->merchant_id)) {
        return std::unexpected(not_found("task", id.to_string()));
    }
    return *std::move(task);
}

/// What the body says, held against the task's form.
std::expected<payment::TaskVote, Problem> read_vote(
    const Services& services, const Call& call, const StoredTask& stored
) {
    const payment::Task& task = stored.task;
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    payment::TaskVote vote;
    vote.task = task.id;
    const std::string verdict = fields.choice("verdict", {"approve", "deny"});
    vote.verdict = verdict == "deny" ? payment::Verdict::deny : payment::Verdict::approve;
    vote.note = fields.text_or("note", kNoteRule, "");
    const Value* values = fields.has("values") ? fields.record("values") : nullptr;
    const bool denies = vote.verdict == payment::Verdict::deny;
    if (denies && values != nullptr) {
        fields.refuse("values", "values are for who approves; say why not in note");
    }
    auto checked = payment::check_values(task.form, values == nullptr ? Value{} : *values);
    if (!denies && checked) {
        vote.values = *std::move(checked);
    } else if (!denies) {
        for (const payment::ValueFault& fault : checked.error()) {
            errors.push_back(
                {FieldError::Where::pointer,
                 fields.pointer_to("values") + "/" + fault.field,
                 fault.field + " " + fault.message}
            );
        }
    }
    fields.finish();
    if (errors.empty()) {
        if (auto problem = check_named(services, stored, vote, errors)) {
            return std::unexpected(*std::move(problem));
        }
    }
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    vote.actor = call.caller->operator_name;
    vote.roles = call.caller->roles;
    return vote;
}

/// Why the vote will not count, as far as this can be told from here; the run has the last word.
std::optional<Problem> refusal_of(
    const payment::Task& task, const payment::TaskVote& vote, const payment::TaskVote* before
) {
    if (!task.is_for(vote.roles)) {
        return problem_of(
            {ErrorCode::forbidden,
             vote.actor + " has not the role " + task.roles() + " that " + task.id.to_string() +
                 " asks for",
             {}}
        );
    }
    if (before != nullptr) {
        return problem_of(
            {ErrorCode::conflict,
             vote.actor + " voted on " + task.id.to_string() + " before, wanted somebody else",
             "already_voted"}
        );
    }
    if (task.status != payment::TaskStatus::open) {
        return problem_of(
            {ErrorCode::conflict,
             "task " + task.id.to_string() + " is " + std::string(to_string(task.status)) +
                 ", wanted one that is open",
             "task_over"}
        );
    }
    return std::nullopt;
}

Answer task_answer(const StoredTask& task) { return json_response(200, render(task)); }

/// Hands the vote to the run, then shows what it made of the task.
Later count(const Services& services, const Call& call, RunId run, payment::TaskVote vote) {
    Later later;
    later.patience = services.settings.action_wait + services.settings.engine_grace;
    later.give_up = []() -> Answer {
        return std::unexpected(
            problem_of({ErrorCode::unknown, "the vote was not counted in time", {}})
        );
    };
    later.ask = [&services, &call, run, vote = std::move(vote)](Next next) {
        services.parts.intake.vote(
            run,
            vote,
            [&services, &call, id = vote.task, next = std::move(next)](Result<void> counted) {
                if (!counted) {
                    next.answer([error = std::move(counted).error()]() -> Answer {
                        return std::unexpected(problem_of(error));
                    });
                    return;
                }
                next.go_on(Slow{[&services, &call, id]() -> Reply {
                    SLUICE_ANSWER_ASSIGN(const StoredTask task, seen_task(services, call, id));
                    return task_answer(task);
                }});
            }
        );
    };
    return later;
}

}  // namespace

Answer list_tasks(const Services& services, const Call& call) {
    TaskQuery query;
    SLUICE_ANSWER_ASSIGN(query.merchant_id, listed_merchant_or_all(call));
    Listing listing(
        call.request, {.list = "tasks", .merchant_id = query.merchant_id.value_or(std::string())}
    );
    query.status = listing.word(
        "status", payment::parse_task_status, "open, approved, denied, expired or cancelled"
    );
    query.role = listing.text("role", kWordRule);
    query.kind = listing.text("kind", kWordRule);
    query.window = listing.window();
    if (!listing.errors().empty()) {
        return std::unexpected(invalid_request(std::move(listing.errors())));
    }
    const auto page = services.parts.tasks.list(query);
    if (!page) {
        return std::unexpected(problem_of(page.error()));
    }
    ValueArray tasks;
    for (const StoredTask& task : page->tasks) {
        tasks.push_back(render(task));
    }
    Value body;
    body.set("tasks", std::move(tasks));
    const auto& next = page->next_after;
    body.set("next_cursor", next ? Value(listing.cursor_after(*next)) : Value());
    return json_response(200, body);
}

Answer get_task(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const TaskId id, id_in_path<TaskId>(call, "task"));
    SLUICE_ANSWER_ASSIGN(const StoredTask task, seen_task(services, call, id));
    return task_answer(task);
}

Reply vote_on_task(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const TaskId id, id_in_path<TaskId>(call, "task"));
    SLUICE_ANSWER_ASSIGN(const StoredTask stored, seen_task(services, call, id));
    if (call.caller->operator_name.empty()) {
        return std::unexpected(problem_of(
            {ErrorCode::forbidden,
             "key " + call.caller->key_id +
                 " is a business system's, wanted an operator's: people "
                 "decide tasks",
             {}}
        ));
    }
    SLUICE_ANSWER_ASSIGN(payment::TaskVote vote, read_vote(services, call, stored));
    const auto& votes = stored.task.votes;
    const auto before = std::ranges::find(votes, vote.actor, &payment::TaskVote::actor);
    const payment::TaskVote* said = before == votes.end() ? nullptr : &*before;
    if (said != nullptr && vote.repeats(*said)) {
        return task_answer(stored);
    }
    if (auto problem = refusal_of(stored.task, vote, said)) {
        return std::unexpected(*std::move(problem));
    }
    if (auto reply = answer_elsewhere(services, call, id.bucket())) {
        return *std::move(reply);
    }
    return count(services, call, stored.run, std::move(vote));
}

}  // namespace sluice::gateway
