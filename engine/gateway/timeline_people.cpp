// What people are asked and what they say, as a timeline tells it.
#include <algorithm>
#include <array>

#include "gateway/timeline_text.hpp"

namespace sluice::gateway {
namespace {

struct Ending {
    std::string_view status;
    std::string_view en;
    std::string_view zh;
};
constexpr std::array<Ending, 4> kEndings{{
    {"approved", "was approved", "已批准"},
    {"denied", "was denied", "被否决"},
    {"expired", "expired before enough people had decided", "已过期，未获足够表决"},
    {"cancelled", "is not needed any more", "已不再需要"},
}};

/// "outcome succeeded, evidence bank statement of Monday".
std::string said(const Value& vote) {
    std::string all;
    const Value* values = vote.find("values");
    const ValueObject* members = values == nullptr ? nullptr : values->as_object();
    for (const auto& [name, value] : members == nullptr ? ValueObject{} : *members) {
        all += (all.empty() ? "" : ", ") + name + " " +
               (value.as_text() == nullptr ? to_json(value) : *value.as_text());
    }
    const std::string note = member_text(vote, "note");
    return all + (all.empty() || note.empty() ? "" : ", ") + note;
}

}  // namespace

Sentence Narrator::tell_approval(const Value& answer) {
    const std::string why = member_text(answer, "why");
    const std::int64_t needed = answer.int_or("needed", 0);
    if (needed == 0) {
        return {"Nobody has to agree: " + why + ".", "无需审批：" + why + "。"};
    }
    const std::string people = std::to_string(needed);
    const std::string role = member_text(answer, "role");
    return {
        people + " of " + role + " must agree: " + why + ".",
        "需 " + role + " 中 " + people + " 人同意：" + why + "。"
    };
}

Sentence Narrator::tell_task(const Value& item) const {
    const std::string turn = member_text(item, "turn");
    const std::string role = member_text(item, "role");
    const std::string task = member_text(item, "task");
    if (turn == "opened") {
        const std::string needed = std::to_string(item.int_or("needed", 1));
        return {
            needed + " of " + role + " must decide: " + member_text(item, "kind") + " (" + task +
                ").",
            "等待 " + role + " 中 " + needed + " 人表决：" + member_text(item, "kind") + "（" +
                task + "）。"
        };
    }
    if (turn == "voted") {
        return {
            "The word of " + member_text(item, "actor") + " counts.",
            member_text(item, "actor") + " 的表决已计入。"
        };
    }
    if (turn == "escalated") {
        return {
            "Nobody decided in time: now " + role + " may.", "未及时表决，现由 " + role + " 处理。"
        };
    }
    const auto ending = std::ranges::find(kEndings, item.text_or_empty("status"), &Ending::status);
    const bool known = ending != kEndings.end();
    return {
        "Task " + task + " " + (known ? std::string(ending->en) : member_text(item, "status")) +
            ".",
        "任务 " + task + " " + (known ? std::string(ending->zh) : member_text(item, "status")) +
            "。"
    };
}

Sentence Narrator::tell_vote(const Value& item) const {
    const Value* found = item.find("vote");
    const Value vote = found == nullptr ? Value{ValueObject{}} : *found;
    const bool approves = vote.text_or_empty("verdict") == "approve";
    const std::string actor = member_text(vote, "actor");
    const std::string why = said(vote);
    return {
        actor + (approves ? " approved" : " said no") + (why.empty() ? "" : ": " + why) + ".",
        actor + (approves ? " 同意" : " 否决") + (why.empty() ? "" : "：" + why) + "。"
    };
}

Sentence Narrator::tell_resolve(const Value& item) const {
    const bool moved = item.text_or_empty("outcome") == "succeeded";
    const std::string party = party_of(item);
    return {
        "People found out what became of it at " + party + ": " +
            (moved ? "the money moved." : "the money did not move."),
        "人工核实 " + party + "：" + (moved ? "资金已变动。" : "资金未变动。")
    };
}

}  // namespace sluice::gateway
