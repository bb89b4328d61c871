#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/client.hpp"

namespace sluice::http {

/// A request that was handed to the client and has no connection yet.
struct ClientWish {
    ClientRequest request;
    ClientDone done;
    std::chrono::steady_clock::time_point deadline;
};

/// Lets only so many exchanges at one host run; the others wait in their order. A host that does
/// not answer thus holds up its own queue only. (curl has such a limit, but what waits there does
/// not time out.) Belongs to the client's thread.
class HostQueues {
  public:
    using SteadyTime = std::chrono::steady_clock::time_point;

    explicit HostQueues(std::size_t running_max) : running_max_(running_max) {}

    /// The wish back when it may run now; nothing when it was queued.
    std::optional<ClientWish> enter(ClientWish wish);
    /// One exchange at this url's host ended; the next wish that may run instead.
    std::optional<ClientWish> leave(std::string_view url);

    [[nodiscard]] bool anything_waits() const { return waiting_ > 0; }
    [[nodiscard]] std::vector<ClientWish> take_overdue(SteadyTime now);
    [[nodiscard]] std::vector<ClientWish> take_all() { return take_overdue(SteadyTime::max()); }

  private:
    struct Host {
        std::size_t running = 0;
        std::deque<ClientWish> waiting;
    };

    std::size_t running_max_;
    std::size_t waiting_ = 0;
    std::unordered_map<std::string, Host> hosts_;
};

}  // namespace sluice::http
