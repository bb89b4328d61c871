#include "worker/inbox.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice::worker {

Inbox::Line& Inbox::line_of(const Input& input) {
    return input.kind == Input::Kind::start ? begins_ : goes_on_;
}

void Inbox::post(Input input) {
    // What a channel answered is said once; it is bounded by what was asked.
    const bool said_once = input.kind == Input::Kind::fact && !input.on_picture;
    bool is_taken = false;
    {
        const MutexLock lock(mutex_);
        is_taken = !closed_ && (said_once || begins_.size() + goes_on_.size() < most_);
        if (is_taken) {
            line_of(input).push_back(std::move(input));
        }
    }
    if (is_taken) {
        arrived_.notify_one();
        return;
    }
    input.refuse(
        {ErrorCode::unavailable, "the worker has no room for more, send the request again", {}}
    );
}

void Inbox::put_back(std::vector<Input> inputs) {
    const MutexLock lock(mutex_);
    while (!inputs.empty()) {
        line_of(inputs.back()).push_front(std::move(inputs.back()));
        inputs.pop_back();
    }
}

std::vector<Input> Inbox::take(std::size_t most, SteadyTime until) {
    const MutexLock lock(mutex_);
    while (begins_.empty() && goes_on_.empty() && !closed_) {
        if (arrived_.wait_until(mutex_, until) == std::cv_status::timeout) {
            break;
        }
    }
    if (closed_) {
        return {};
    }
    const bool begins = begins_next_ ? !begins_.empty() : goes_on_.empty();
    Line& line = begins ? begins_ : goes_on_;
    begins_next_ = !begins;
    const auto end = line.begin() + static_cast<std::ptrdiff_t>(std::min(most, line.size()));
    std::vector<Input> taken(std::make_move_iterator(line.begin()), std::make_move_iterator(end));
    line.erase(line.begin(), end);
    return taken;
}

void Inbox::close() {
    {
        const MutexLock lock(mutex_);
        closed_ = true;
    }
    arrived_.notify_all();
}

bool Inbox::is_closed() const {
    const MutexLock lock(mutex_);
    return closed_;
}

void Inbox::wait_closed(SteadyTime until) {
    const MutexLock lock(mutex_);
    while (!closed_) {
        if (arrived_.wait_until(mutex_, until) == std::cv_status::timeout) {
            return;
        }
    }
}

void Inbox::refuse_all(const Error& error) {
    std::vector<Input> all;
    {
        const MutexLock lock(mutex_);
        for (Line* line : {&begins_, &goes_on_}) {
            std::ranges::move(*line, std::back_inserter(all));
            line->clear();
        }
    }
    for (Input& input : all) {
        input.refuse(error);
    }
}

}  // namespace sluice::worker
