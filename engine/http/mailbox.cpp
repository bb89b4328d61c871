#include "http/mailbox.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace sluice::http {

void Mailbox::put(Task task) {
    const MutexLock lock(mutex_);
    if (context_ == nullptr) {
        return;
    }
    tasks_.push_back(std::move(task));
    if (tasks_.size() == 1) {
        boost::asio::post(*context_, [self = shared_from_this()] { self->deliver(); });
    }
}

void Mailbox::run(Task task) {
    if (thread_ == std::this_thread::get_id()) {
        task();
        return;
    }
    put(std::move(task));
}

void Mailbox::deliver() {
    {
        const MutexLock lock(mutex_);
        delivered_.swap(tasks_);
    }
    for (Task& task : delivered_) {
        task();
    }
    delivered_.clear();
}

void Mailbox::close() {
    // Their ends may come back here: not under the lock.
    std::vector<Task> dropped;
    {
        const MutexLock lock(mutex_);
        context_ = nullptr;
        dropped.swap(tasks_);
    }
}

}  // namespace sluice::http
