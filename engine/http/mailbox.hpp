#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "core/mutex.hpp"

namespace sluice::http {

/// Tasks for a server's I/O thread, from any thread. However many come while that thread is busy,
/// it is woken once. Outlives the server: then tasks go nowhere.
class Mailbox : public std::enable_shared_from_this<Mailbox> {
  public:
    using Task = std::move_only_function<void()>;

    explicit Mailbox(boost::asio::io_context& context) : context_(&context) {}

    void put(Task task);
    /// At once when this is the I/O thread, else as put().
    void run(Task task);

    /// On the I/O thread, before it serves.
    void open() { thread_ = std::this_thread::get_id(); }
    /// Before the context goes.
    void close();

  private:
    void deliver();

    std::atomic<std::thread::id> thread_;
    Mutex mutex_;
    boost::asio::io_context* context_ SLUICE_GUARDED_BY(mutex_);  ///< null once closed
    std::vector<Task> tasks_ SLUICE_GUARDED_BY(mutex_);
    std::vector<Task> delivered_;  ///< keeps its room; I/O thread
};

}  // namespace sluice::http
