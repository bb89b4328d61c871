#include "channel/payout_batch.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>
#include <utility>

#include "channel/body_lines.hpp"
#include "channel/evidence.hpp"

namespace sluice::channel {

PayoutBatch::PayoutBatch(std::vector<JourneyPtr> lines, std::string number)
    : lines_(std::move(lines)) {
    many_.number = std::move(number);
    many_.orders.reserve(lines_.size());
    for (const JourneyPtr& line : lines_) {
        many_.orders.push_back(&line->order);
    }
}

std::vector<std::string> PayoutBatch::shown_bodies(const std::string& body) const {
    std::vector<std::string> numbers;
    numbers.reserve(lines_.size());
    for (const JourneyPtr& line : lines_) {
        numbers.push_back(line->order.instruction.id.raw().to_string());
    }
    const BodyLines parts(body, numbers);
    std::vector<std::string> shown;
    if (!parts.of(0)) {
        // What cannot be taken apart is shown to all, without anybody's secrets.
        std::vector<std::string> secrets;
        for (const JourneyPtr& line : lines_) {
            secrets.insert(secrets.end(), line->secrets.begin(), line->secrets.end());
        }
        std::ranges::sort(secrets, std::ranges::greater{}, &std::string::size);
        shown.assign(
            lines_.size(), masked_body(without_secrets(body, secrets), first().adapter->masked)
        );
        return shown;
    }
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        shown.push_back(shown_body(*lines_[i], parts.of(i).value_or("")));
    }
    return shown;
}

void PayoutBatch::note_request(const http::ClientRequest& request) {
    std::vector<std::string> bodies = shown_bodies(request.body);
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        Journey& line = *lines_[i];
        line.evidence.method = request.method;
        line.evidence.path = shown_path(line, request.url);
        line.evidence.request = std::move(bodies[i]);
    }
}

void PayoutBatch::note_sent() { sent_at_ = std::chrono::steady_clock::now(); }

void PayoutBatch::note_result(const http::ClientResult& result) {
    const auto took = std::chrono::steady_clock::now() - sent_at_;
    std::vector<std::string> bodies =
        result ? shown_bodies(result->body) : std::vector<std::string>(lines_.size());
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        Evidence& evidence = lines_[i]->evidence;
        evidence.took_us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        evidence.http_status = result ? result->status : 0;
        evidence.response = std::move(bodies[i]);
    }
}

void PayoutBatch::tell_health(
    Health& health, const http::ClientResult& result, std::span<const payment::Outcome> outcomes
) const {
    std::set<std::string_view> scenes;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        const bool is_answered = result && outcomes[i].kind != payment::OutcomeKind::unknown;
        if (is_answered || scenes.insert(lines_[i]->order.instruction.scene).second) {
            channel::tell_health(health, *lines_[i], result, outcomes[i]);
        }
    }
}

}  // namespace sluice::channel
