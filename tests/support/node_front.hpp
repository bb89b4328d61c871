#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/mutex.hpp"
#include "http/client.hpp"
#include "http/message.hpp"

namespace sluice::http {
class Server;
}

namespace sluice::testing {

/// What stands before the nodes in production: one address that callers and channels know, passing
/// each request to a node that answers. Nodes come and go, on other ports each time, and the
/// address stays. It repeats nothing that may have arrived; what it cannot pass on is a 503.
class Front {
  public:
    Front();  ///< throws when no port is free
    ~Front();
    Front(const Front&) = delete;
    Front& operator=(const Front&) = delete;

    /// "http://127.0.0.1:PORT"
    [[nodiscard]] std::string url() const;
    /// Where requests go from now on, in turn; any thread.
    void set_nodes(std::vector<std::string> urls);
    /// The last callback of a channel that came by, as it was sent; nothing when none did.
    [[nodiscard]] std::optional<http::Request> last_callback();

  private:
    http::Response pass_on(const http::Request& request);
    http::ClientResult try_node(const std::string& node, const http::Request& request);
    [[nodiscard]] std::vector<std::string> nodes();

    http::Client client_;
    Mutex mutex_;
    std::vector<std::string> nodes_ SLUICE_GUARDED_BY(mutex_);
    std::size_t turn_ SLUICE_GUARDED_BY(mutex_) = 0;
    std::optional<http::Request> last_callback_ SLUICE_GUARDED_BY(mutex_);
    std::unique_ptr<http::Server> server_;
};

}  // namespace sluice::testing
