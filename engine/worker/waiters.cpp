#include "worker/waiters.hpp"

#include <algorithm>
#include <utility>

namespace sluice::worker {

bool is_fulfilled(WaitFor wish, const payment::Picture& picture, std::size_t sending) {
    if (wish == WaitFor::committed || payment::is_final(picture.subject.status)) {
        return true;
    }
    if (wish == WaitFor::final_status) {
        return false;
    }
    return sending == 0 || std::ranges::any_of(picture.instructions, [](const auto& instruction) {
               return !instruction.next_action.is_null();
           });
}

void Waiters::add(RunId run_id, Waiter waiter) {
    deadlines_.emplace(waiter.deadline, run_id);
    waiting_[run_id].push_back(std::move(waiter));
}

void Waiters::tell(const payment::Picture& picture, std::size_t sending) {
    const auto found = waiting_.find(picture.subject.id);
    if (found == waiting_.end()) {
        return;
    }
    std::vector<PictureReply> replies;
    std::erase_if(found->second, [&](Waiter& waiter) {
        if (!is_fulfilled(waiter.wait_for, picture, sending)) {
            return false;
        }
        replies.push_back(std::move(waiter.reply));
        return true;
    });
    if (found->second.empty()) {
        waiting_.erase(found);
    }
    for (const auto& reply : replies) {
        reply(picture);
    }
}

std::vector<std::pair<RunId, PictureReply>> Waiters::take_overdue(Time now) {
    std::vector<std::pair<RunId, PictureReply>> overdue;
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const RunId run_id = deadlines_.begin()->second;
        deadlines_.erase(deadlines_.begin());
        const auto found = waiting_.find(run_id);
        if (found == waiting_.end()) {
            continue;
        }
        std::erase_if(found->second, [&](Waiter& waiter) {
            if (waiter.deadline > now) {
                return false;
            }
            overdue.emplace_back(run_id, std::move(waiter.reply));
            return true;
        });
        if (found->second.empty()) {
            waiting_.erase(found);
        }
    }
    return overdue;
}

std::vector<std::pair<RunId, PictureReply>> Waiters::take_all() {
    std::vector<std::pair<RunId, PictureReply>> all;
    for (auto& [run_id, waiters] : waiting_) {
        for (auto& waiter : waiters) {
            all.emplace_back(run_id, std::move(waiter.reply));
        }
    }
    waiting_.clear();
    deadlines_.clear();
    return all;
}

std::optional<Time> Waiters::next_deadline() const {
    if (deadlines_.empty()) {
        return std::nullopt;
    }
    return deadlines_.begin()->first;
}

}  // namespace sluice::worker
