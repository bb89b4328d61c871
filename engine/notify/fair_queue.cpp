#include "notify/fair_queue.hpp"

#include <utility>

namespace sluice::notify {

bool FairQueue::may_send(const Line& line) const {
    const std::size_t free = limits_.total - std::min(under_way_, limits_.total);
    return line.under_way < std::min(limits_.per_endpoint, free);
}

std::size_t FairQueue::room(EndpointId endpoint) const {
    const auto found = lines_.find(endpoint);
    const std::size_t waiting = found == lines_.end() ? 0 : found->second.waiting.size();
    return limits_.waiting - std::min(waiting, limits_.waiting);
}

std::size_t FairQueue::loaded(EndpointId endpoint) const {
    const auto found = lines_.find(endpoint);
    return found == lines_.end() ? 0 : found->second.waiting.size() + found->second.under_way;
}

void FairQueue::give_turn(EndpointId endpoint, Line& line) {
    if (!line.has_turn && !line.waiting.empty()) {
        line.has_turn = true;
        turns_.push_back(endpoint);
    }
}

bool FairQueue::add(DueDelivery delivery) {
    if (!known_.insert(delivery.id).second) {
        return false;
    }
    const EndpointId endpoint = delivery.endpoint;
    Line& line = lines_[endpoint];
    line.waiting.push_back(std::move(delivery));
    give_turn(endpoint, line);
    return true;
}

std::optional<DueDelivery> FairQueue::next() {
    for (std::size_t left = turns_.size(); left > 0; --left) {
        const EndpointId endpoint = turns_.front();
        turns_.pop_front();
        Line& line = lines_[endpoint];
        if (line.waiting.empty()) {
            line.has_turn = false;
            continue;
        }
        if (!may_send(line)) {
            turns_.push_back(endpoint);
            continue;
        }
        DueDelivery delivery = std::move(line.waiting.front());
        line.waiting.pop_front();
        line.has_turn = false;
        ++line.under_way;
        ++under_way_;
        give_turn(endpoint, line);
        return delivery;
    }
    return std::nullopt;
}

void FairQueue::finished(EndpointId endpoint, DeliveryId delivery) {
    const auto found = lines_.find(endpoint);
    if (known_.erase(delivery) == 0 || found == lines_.end()) {
        return;
    }
    --found->second.under_way;
    --under_way_;
    if (found->second.under_way == 0 && !found->second.has_turn) {
        lines_.erase(found);
    }
}

void FairQueue::forget(EndpointId endpoint) {
    const auto found = lines_.find(endpoint);
    if (found == lines_.end()) {
        return;
    }
    for (const DueDelivery& delivery : found->second.waiting) {
        known_.erase(delivery.id);
    }
    found->second.waiting.clear();
}

void FairQueue::forget_all() {
    for (auto& [endpoint, line] : lines_) {
        forget(endpoint);
    }
}

}  // namespace sluice::notify
