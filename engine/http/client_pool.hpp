#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "http/client.hpp"
#include "http/client_exchange.hpp"
#include "http/client_sockets.hpp"
#include "http/egress.hpp"
#include "http/host_queues.hpp"

namespace sluice::http {

/// The egress that a request really has, its client's put in where it names none. A client's proxy
/// is not asked for what runs on this machine.
[[nodiscard]] Egress egress_of(const ClientRequest& request, const ClientSettings& settings);

/// What the exchanges of one egress share and no others: curl's connections with their timer,
/// and the queues of their hosts. Belongs to the client's thread.
class ClientPool {
  public:
    using SteadyTime = std::chrono::steady_clock::time_point;
    /// Whom an event of a socket is to be told. Shared by the pools of a client.
    using Owners = std::unordered_map<int, ClientPool*>;
    struct Parts {
        const ClientSettings& settings;
        ClientSockets& sockets;
        Owners& owners;
    };

    ClientPool(Egress egress, const Parts& parts);
    ~ClientPool();
    ClientPool(const ClientPool&) = delete;
    ClientPool& operator=(const ClientPool&) = delete;

    [[nodiscard]] const Egress& egress() const { return egress_; }

    /// Starts the exchange, or lets it wait for its turn at its host.
    void enter(ClientWish wish);
    /// Tells curl what happened; CURL_SOCKET_TIMEOUT when its timer is due.
    void act(int socket, int events);
    /// When act() wants to be called without an event.
    [[nodiscard]] std::optional<SteadyTime> timer() const { return timer_; }
    void act_if_due(SteadyTime now);

    struct Ended {
        ClientDone done;
        ClientResult result;
    };
    /// An exchange that is over, if there is one; whoever waited for its host has begun.
    std::optional<Ended> take_ended();

    [[nodiscard]] bool anything_waits() const { return hosts_.anything_waits(); }
    [[nodiscard]] std::vector<ClientWish> take_overdue(SteadyTime now) {
        return hosts_.take_overdue(now);
    }
    [[nodiscard]] std::vector<ClientWish> take_all_waiting() { return hosts_.take_all(); }
    /// Breaks off one that is under way, if there is any.
    std::optional<Ended> abandon_one();

    /// Nothing is under way, nor was in the time that connections are kept for.
    [[nodiscard]] bool is_left(SteadyTime now) const;

  private:
    void start(ClientWish wish);
    std::unique_ptr<ClientExchange> take_idle();
    std::unique_ptr<ClientExchange> remove(std::size_t place);
    static int on_socket(void* easy, int socket, int what, void* self, void* of_socket);
    static int on_timer(void* multi, long timeout_ms, void* self);

    const Egress egress_;
    const ClientSettings& settings_;
    ClientSockets& sockets_;
    Owners& owners_;
    void* multi_;
    HostQueues hosts_;
    std::optional<SteadyTime> timer_;
    SteadyTime used_at_;
    std::vector<std::unique_ptr<ClientExchange>> running_;
    std::vector<std::unique_ptr<ClientExchange>> idle_;
};

}  // namespace sluice::http
