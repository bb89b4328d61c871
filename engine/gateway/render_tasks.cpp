#include "gateway/render_tasks.hpp"

#include <utility>

#include "gateway/render_parts.hpp"

namespace sluice::gateway {
namespace {

Value render_vote(const payment::TaskVote& vote) {
    Value body;
    body.set("actor", vote.actor);
    body.set("verdict", payment::to_string(vote.verdict));
    body.set("values", vote.values);
    body.set("note", vote.note);
    body.set("at", format_rfc3339(vote.at));
    return body;
}

std::string object_name(const StoredTask& stored) {
    std::string name(payment::prefix_of(stored.service));
    stored.run.raw().append_to(name);
    return name;
}

}  // namespace

Value render(const StoredTask& stored) {
    const payment::Task& task = stored.task;
    Value title;
    title.set("en", task.title.en);
    title.set("zh", task.title.zh);
    ValueArray votes;
    for (const payment::TaskVote& vote : task.votes) {
        votes.push_back(render_vote(vote));
    }
    const bool is_open = task.status == payment::TaskStatus::open;
    Value body;
    body.set("id", task.id.to_string());
    body.set("merchant_id", stored.merchant_id);
    body.set("object_id", object_name(stored));
    body.set("instruction_id", task.about.is_nil() ? Value() : Value(task.about.to_string()));
    body.set("kind", task.kind);
    body.set("title", std::move(title));
    body.set("status", payment::to_string(task.status));
    body.set("amount", task.amount ? Value(task.amount->minor()) : Value());
    body.set("currency", task.amount ? Value(task.amount->currency().code()) : Value());
    body.set("role", task.role);
    body.set("escalate_role", or_null(task.escalate_role));
    body.set("escalated", task.escalated);
    body.set("needed", task.needed);
    body.set("form", payment::to_value(task.form));
    body.set("values", task.values);
    body.set("votes", std::move(votes));
    body.set("opened_at", format_rfc3339(task.opened_at));
    body.set("due_at", or_null(task.due_at));
    body.set("escalates_at", or_null(task.escalates_at));
    body.set("decided_at", is_open ? Value() : Value(format_rfc3339(task.decided_at)));
    return body;
}

}  // namespace sluice::gateway
