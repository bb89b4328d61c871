#include "worker/waiters.hpp"

#include <algorithm>
#include <utility>

namespace sluice::worker {

bool is_fulfilled(WaitFor wish, const payment::PaymentPicture& picture, std::size_t sending) {
    if (wish == WaitFor::committed || payment::is_final(picture.payment.status)) {
        return true;
    }
    if (wish == WaitFor::final_status) {
        return false;
    }
    return sending == 0 || std::ranges::any_of(picture.instructions, [](const auto& instruction) {
               return !instruction.next_action.is_null();
           });
}

void Waiters::add(PaymentId payment, Waiter waiter) {
    deadlines_.emplace(waiter.deadline, payment);
    waiting_[payment].push_back(std::move(waiter));
}

void Waiters::tell(const payment::PaymentPicture& picture, std::size_t sending) {
    const auto found = waiting_.find(picture.payment.id);
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

std::vector<std::pair<PaymentId, PictureReply>> Waiters::take_overdue(Time now) {
    std::vector<std::pair<PaymentId, PictureReply>> overdue;
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const PaymentId payment = deadlines_.begin()->second;
        deadlines_.erase(deadlines_.begin());
        const auto found = waiting_.find(payment);
        if (found == waiting_.end()) {
            continue;
        }
        std::erase_if(found->second, [&](Waiter& waiter) {
            if (waiter.deadline > now) {
                return false;
            }
            overdue.emplace_back(payment, std::move(waiter.reply));
            return true;
        });
        if (found->second.empty()) {
            waiting_.erase(found);
        }
    }
    return overdue;
}

std::vector<std::pair<PaymentId, PictureReply>> Waiters::take_all() {
    std::vector<std::pair<PaymentId, PictureReply>> all;
    for (auto& [payment, waiters] : waiting_) {
        for (auto& waiter : waiters) {
            all.emplace_back(payment, std::move(waiter.reply));
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
