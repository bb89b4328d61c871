#include "notify/dispatcher.hpp"

#include <pthread.h>

namespace sluice::notify {

Dispatcher::Dispatcher(Courier& courier, Bell& bell, DispatcherSettings settings)
    : courier_(courier), bell_(bell), settings_(settings) {}

Dispatcher::~Dispatcher() { stop(); }

void Dispatcher::start() {
    thread_ = std::thread([this] { loop(); });
}

void Dispatcher::stop() {
    stopping_ = true;
    bell_.ring();
    if (thread_.joinable()) {
        thread_.join();
    }
    courier_.stop();
}

void Dispatcher::loop() {
    ::pthread_setname_np(::pthread_self(), "webhooks");
    while (!stopping_) {
        const auto begun = std::chrono::steady_clock::now();
        const Courier::Pace pace = courier_.step();
        if (!stopping_) {
            pause(pace, begun);
        }
    }
}

void Dispatcher::pause(Courier::Pace pace, std::chrono::steady_clock::time_point begun) {
    if (pace == Courier::Pace::go_on) {
        return;
    }
    const auto poll = std::chrono::steady_clock::now() + settings_.poll;
    // With nobody to tell, and while another node sends, no bell is urgent.
    const bool is_urgent = pace == Courier::Pace::wait && courier_.has_receivers();
    if (!is_urgent) {
        while (!stopping_ && bell_.wait_until(poll)) {
            std::this_thread::sleep_for(settings_.pause);
        }
        return;
    }
    if (bell_.wait_until(poll) && !stopping_) {
        std::this_thread::sleep_until(begun + settings_.pause);
    }
}

}  // namespace sluice::notify
