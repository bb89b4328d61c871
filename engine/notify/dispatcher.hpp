#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include "notify/bell.hpp"
#include "notify/courier.hpp"

namespace sluice::notify {

struct DispatcherSettings {
    /// Between looks for new events while no bell rings.
    std::chrono::milliseconds poll{250};
    /// Bells that ring within so short a time after a round are one: what payments commit is looked
    /// for a few dozen times a second at most.
    std::chrono::milliseconds pause{25};
};

/// Runs a courier on a thread of its own. Owned by the app.
class Dispatcher {
  public:
    /// All references outlive it; the bell is also the courier's `wake`.
    Dispatcher(Courier& courier, Bell& bell, DispatcherSettings settings = {});
    ~Dispatcher();
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    void start();
    /// Ends the courier too. Idempotent.
    void stop();

  private:
    void loop();
    void pause(Courier::Pace pace, std::chrono::steady_clock::time_point begun);

    Courier& courier_;
    Bell& bell_;
    const DispatcherSettings settings_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace sluice::notify
