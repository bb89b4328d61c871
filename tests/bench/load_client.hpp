#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "bench/latency.hpp"
#include "bench/load_plan.hpp"
#include "bench/socket.hpp"

namespace sluice::bench {

/// What came back from the server; all but `succeeded_all` only after the warm-up.
struct LoadResult {
    Latencies latencies;
    std::map<int, std::uint64_t> by_status;
    std::uint64_t succeeded = 0;
    std::uint64_t succeeded_all = 0;  ///< with the warm-up's and the last moments'
    std::uint64_t broken = 0;         ///< connections that ended or could not be read
    double seconds = 0;
};

/// Keeps `clients` connections busy, each with one request at a time, from one thread over epoll:
/// as cheap as it can be, because it shares the machine with what it measures.
class LoadClient {
  public:
    explicit LoadClient(const LoadPlan& plan);

    /// Blocks until the plan is done. Requests of the warm-up are sent but not counted.
    [[nodiscard]] LoadResult run();

  private:
    using Instant = std::chrono::steady_clock::time_point;

    struct Connection {
        Descriptor socket;
        std::string out;
        std::string in;
        Instant began;
        bool wants_write = true;
    };

    void open();
    void begin(Connection& connection);
    void replace(int number);
    void watch(Connection& connection, bool also_write, bool is_new);
    void on_event(int number, std::uint32_t events);
    /// False when the connection cannot be used further.
    [[nodiscard]] bool write(Connection& connection);
    [[nodiscard]] bool read(Connection& connection);
    void count(const Connection& connection, int status, bool success);
    [[nodiscard]] bool is_done() const;

    const LoadPlan& plan_;
    Descriptor epoll_;
    std::unordered_map<int, Connection> connections_;
    std::uint64_t sent_ = 0;
    std::uint64_t answered_ = 0;
    Instant measured_from_;
    Instant ends_;
    LoadResult result_;
};

}  // namespace sluice::bench
