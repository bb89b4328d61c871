#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "core/mutex.hpp"

namespace sluice::testing {

/// What a proxy of a test does, and to whom.
struct TunnelRules {
    /// Where every tunnel leads, whatever host was asked for: a port of this machine.
    std::uint16_t leads_to = 0;
    /// "user:password" in base64, which it wants to see; empty: it asks nobody who he is.
    std::string credentials;
    enum class Death { never, before_answer, after_request } death = Death::never;
};

/// An HTTP proxy on 127.0.0.1 that opens tunnels (CONNECT), each served by a thread until one end
/// closes. Whoever does not say who he is gets 407. One that dies after the request passes its
/// bytes on and then closes both ends.
class TunnelProxy {
  public:
    explicit TunnelProxy(TunnelRules rules);
    ~TunnelProxy();
    TunnelProxy(const TunnelProxy&) = delete;
    TunnelProxy& operator=(const TunnelProxy&) = delete;

    /// "http://127.0.0.1:PORT"
    [[nodiscard]] std::string url() const;
    /// The heads of the requests that it got, in their order.
    [[nodiscard]] std::vector<std::string> heads();

  private:
    void serve();
    void open_tunnel(int socket);
    void pass_on(int socket, int target);

    const TunnelRules rules_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> is_stopping_ = false;
    Mutex mutex_;
    std::vector<std::string> heads_ SLUICE_GUARDED_BY(mutex_);
    std::vector<std::thread> tunnels_;  ///< the accepting thread's, until it has ended
    std::thread thread_;
};

}  // namespace sluice::testing
