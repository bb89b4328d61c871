#include "worker/inbox.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

#include "core/invariant.hpp"

namespace sluice::worker {

Inbox::Inbox(std::size_t most) : most_(most), bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    SLUICE_INVARIANT(bell_ >= 0);
}

Inbox::~Inbox() { ::close(bell_); }

void Inbox::ring() const {
    const std::uint64_t once = 1;
    // It fails only when it has rung without end already.
    (void)!write(bell_, &once, sizeof once);
}

Inbox::Line& Inbox::line_of(const Input& input) {
    return input.kind == Input::Kind::start ? begins_ : goes_on_;
}

std::size_t Inbox::waiting() const { return begins_.size() + goes_on_.size(); }

bool Inbox::put(Input& input) {
    // What a channel answered is said once; it is bounded by what was asked.
    const bool said_once = input.kind == Input::Kind::fact && !input.on_picture;
    bool wakes = false;
    {
        const MutexLock lock(mutex_);
        if (closed_ || (!said_once && waiting() >= most_)) {
            return false;
        }
        line_of(input).push_back(std::move(input));
        wakes = call_ && waiting() >= *call_;
        if (wakes) {
            call_.reset();
        }
    }
    if (wakes) {
        ring();
    }
    return true;
}

void Inbox::post(Input input) {
    if (!put(input)) {
        input.refuse(
            {ErrorCode::unavailable, "the worker has no room for more, send the request again", {}}
        );
    }
}

void Inbox::line_up(std::vector<Input> inputs) {
    const MutexLock lock(mutex_);
    std::ranges::move(inputs, std::back_inserter(goes_on_));
    lined_up_until_ = gone_ + goes_on_.size();
}

bool Inbox::has_lined_up() const {
    const MutexLock lock(mutex_);
    return gone_ < lined_up_until_;
}

void Inbox::wait(const Patience& patience) {
    {
        const MutexLock lock(mutex_);
        if (closed_ || waiting() >= patience.inputs) {
            return;
        }
        call_ = patience.inputs;
    }
    constexpr std::int64_t kMicros = 1'000'000;
    const auto longest = std::max<std::int64_t>(patience.longest.count(), 0);
    const timespec limit{
        .tv_sec = longest / kMicros,
        .tv_nsec = longest % kMicros * 1000,
    };
    std::array<pollfd, 2> watched{
        pollfd{.fd = bell_, .events = POLLIN, .revents = 0},
        pollfd{.fd = patience.socket.value_or(-1), .events = POLLIN, .revents = 0},
    };
    (void)ppoll(watched.data(), watched.size(), &limit, nullptr);
    if (watched[0].revents != 0) {
        std::uint64_t rung = 0;
        (void)!read(bell_, &rung, sizeof rung);
    }
    const MutexLock lock(mutex_);
    call_.reset();
}

std::vector<Input> Inbox::take(std::size_t most) {
    const MutexLock lock(mutex_);
    std::vector<Input> taken;
    while (!closed_ && taken.size() < most && waiting() > 0) {
        const bool begins = begins_next_ ? !begins_.empty() : goes_on_.empty();
        Line& line = begins ? begins_ : goes_on_;
        taken.push_back(std::move(line.front()));
        line.pop_front();
        gone_ += begins ? 0 : 1;
        begins_next_ = !begins;
    }
    return taken;
}

void Inbox::close() {
    {
        const MutexLock lock(mutex_);
        closed_ = true;
    }
    ring();
}

bool Inbox::is_closed() const {
    const MutexLock lock(mutex_);
    return closed_;
}

void Inbox::wait_closed(SteadyTime until) {
    auto now = std::chrono::steady_clock::now();
    while (!is_closed() && now < until) {
        wait(
            {.inputs = std::numeric_limits<std::size_t>::max(),
             .longest = std::chrono::ceil<std::chrono::microseconds>(until - now),
             .socket = std::nullopt}
        );
        now = std::chrono::steady_clock::now();
    }
}

void Inbox::refuse_all(const Error& error) {
    std::vector<Input> all;
    {
        const MutexLock lock(mutex_);
        gone_ += goes_on_.size();
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
