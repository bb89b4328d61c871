#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "faults/notebook.hpp"
#include "faults/people.hpp"
#include "support/node_cluster.hpp"

namespace sluice::testing {

/// Somebody of finance who is asked about money of refunds while callers go on: how it ends when it
/// came back after the end of its refund, and how it goes when no way takes it. What is decided
/// follows from the amount, and is noted. Works in a thread of its own from the beginning to the
/// end of this object.
class Clerk {
  public:
    Clerk(Cluster& cluster, Notebook& notes);
    ~Clerk();
    Clerk(const Clerk&) = delete;
    Clerk& operator=(const Clerk&) = delete;

  private:
    void work();
    /// False: it ends by itself, nobody has to say anything.
    bool choose(const Value& task, const WordKey& about, WordTold& word);
    void decide(const Value& task);

    People people_;
    Notebook& notes_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace sluice::testing
