#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>

namespace sluice::http {

/// The sockets of a client and which of them the kernel watches. curl stops watching a connection
/// at the end of every exchange and begins anew with the next; here it stays watched meanwhile.
/// Belongs to the client's thread, but for wake_up().
class ClientSockets {
  public:
    /// What one wait tells at most; the rest is told by the next.
    static constexpr std::size_t kEventsAtOnce = 256;

    /// What curl is to be told.
    struct Event {
        int socket = -1;
        int what = 0;  ///< CURL_CSELECT_*
    };

    ClientSockets();
    ~ClientSockets();
    ClientSockets(const ClientSockets&) = delete;
    ClientSockets& operator=(const ClientSockets&) = delete;

    /// For curl's connections; -1 when the system has none. Not every socket that curl asks to
    /// watch comes from here: its resolver has its own.
    int open(int family, int type, int protocol);
    int close(int socket);
    /// `what` is one of CURL_POLL_*.
    void watch(int socket, int what);

    /// Ends the wait that runs, or the next one. Any thread.
    void wake_up() const;
    /// Blocks until something happens; how many events were put into `out`.
    std::size_t wait(std::span<Event> out, int timeout_ms);

  private:
    struct Watched {
        std::uint32_t events = 0;
        bool in_use = false;
    };

    bool drop_idle(int socket);
    void forget(int socket) const;
    void set(int socket, std::uint32_t events) const;

    int epoll_ = -1;
    int wake_ = -1;
    /// Those of connections: only their end is told to us, so only they can stay watched.
    std::unordered_map<int, Watched> connections_;
};

}  // namespace sluice::http
