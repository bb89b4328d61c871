// The batch floor: the row work of the reference job for many payments a transaction, set by set,
// two transactions a batch, one round trip a transaction. Each thread has its own share of the
// cards, so no two wait for one another. Prints one JSON line.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <libpq-fe.h>

#include "bench/floor_statements.hpp"
#include "bench/latency.hpp"

namespace {

using sluice::bench::FloorBatch;
using sluice::bench::FloorStatement;
using sluice::bench::Latencies;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kCards = 1000;
constexpr std::int64_t kOrdersAThread = 1'000'000'000;

struct Plan {
    std::string conninfo;
    std::int64_t threads = 1;
    std::int64_t batch = 50;
    std::int64_t seconds = 5;
    std::int64_t first = 0;
};

struct Tally {
    std::int64_t payments = 0;
    Latencies latencies;
};

[[noreturn]] void give_up(PGconn* connection, const char* what) {
    std::fprintf(stderr, "error: %s: %s\n", what, PQerrorMessage(connection));
    std::_Exit(1);
}

/// One thread's session and its share of cards.
class Payer {
  public:
    Payer(const Plan& plan, std::int64_t number)
        : plan_(plan),
          number_(number),
          next_order_(plan.first + number * kOrdersAThread),
          random_(static_cast<std::uint64_t>(number) + 1),
          connection_(PQconnectdb(plan.conninfo.c_str()), PQfinish) {
        if (PQstatus(connection_.get()) != CONNECTION_OK) {
            give_up(connection_.get(), "connect");
        }
        prepare("begin", "BEGIN");
        prepare("commit", "COMMIT");
        for (const auto* statements :
             {&sluice::bench::intent_statements(), &sluice::bench::result_statements()}) {
            for (const auto& statement : *statements) {
                prepare(statement.name, statement.sql);
            }
        }
        PQenterPipelineMode(connection_.get());
    }

    Tally run() {
        Tally tally;
        const auto end = Clock::now() + std::chrono::seconds(plan_.seconds);
        while (Clock::now() < end) {
            const auto began = Clock::now();
            const FloorBatch batch = make_batch();
            transact(sluice::bench::intent_statements(), batch);
            transact(sluice::bench::result_statements(), batch);
            tally.payments += plan_.batch;
            tally.latencies.add(
                std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began)
            );
        }
        return tally;
    }

  private:
    void prepare(const char* name, const char* sql) {
        PGresult* result = PQprepare(connection_.get(), name, sql, 0, nullptr);
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            give_up(connection_.get(), name);
        }
        PQclear(result);
    }

    std::int64_t chance(std::int64_t below) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(below));
    }

    FloorBatch make_batch() {
        FloorBatch batch;
        const std::int64_t cards = kCards / plan_.threads;
        for (std::int64_t i = 0; i < plan_.batch; ++i) {
            const char* separator = i == 0 ? "{" : ",";
            const std::string order = std::to_string(++next_order_);
            const auto card = 1001 + chance(cards) * plan_.threads + number_;
            batch.orders.append(separator).append("O").append(order);
            batch.references.append(separator).append("T").append(order);
            batch.merchants.append(separator).append(std::to_string(1 + chance(100)));
            batch.cards.append(separator).append(std::to_string(card));
            batch.channels.append(separator).append(std::to_string(1 + chance(5)));
        }
        for (auto* column :
             {&batch.orders, &batch.merchants, &batch.cards, &batch.channels, &batch.references}) {
            column->push_back('}');
        }
        return batch;
    }

    void send(const char* name, const std::vector<const char*>& values) {
        const int count = static_cast<int>(values.size());
        if (PQsendQueryPrepared(
                connection_.get(), name, count, values.data(), nullptr, nullptr, 0
            ) == 0) {
            give_up(connection_.get(), name);
        }
    }

    void transact(const std::vector<FloorStatement>& statements, const FloorBatch& batch) {
        send("begin", {});
        for (const auto& statement : statements) {
            std::vector<const char*> values;
            for (const auto column : statement.parameters) {
                values.push_back((batch.*column).c_str());
            }
            send(statement.name, values);
        }
        send("commit", {});
        PQpipelineSync(connection_.get());
        while (!drained()) {
        }
    }

    /// Reads one answer; true at the end of the pipeline.
    bool drained() {
        PGresult* result = PQgetResult(connection_.get());
        const ExecStatusType status = result == nullptr ? PGRES_COMMAND_OK : PQresultStatus(result);
        PQclear(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
            status != PGRES_PIPELINE_SYNC) {
            give_up(connection_.get(), "batch");
        }
        return status == PGRES_PIPELINE_SYNC;
    }

    const Plan& plan_;
    std::int64_t number_;
    std::int64_t next_order_;
    std::mt19937_64 random_;
    std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

Tally run_all(const Plan& plan) {
    std::vector<Tally> tallies(static_cast<std::size_t>(plan.threads));
    std::vector<std::thread> threads;
    threads.reserve(tallies.size());
    for (std::size_t i = 0; i < tallies.size(); ++i) {
        threads.emplace_back([&plan, &tally = tallies[i], i] {
            tally = Payer(plan, static_cast<std::int64_t>(i)).run();
        });
    }
    Tally total;
    for (std::size_t i = 0; i < tallies.size(); ++i) {
        threads[i].join();
        total.payments += tallies[i].payments;
        total.latencies.add_all(tallies[i].latencies);
    }
    return total;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::fprintf(stderr, "usage: bench_floor_batch CONNINFO THREADS BATCH SECONDS FIRST\n");
        return 2;
    }
    const Plan plan{
        argv[1], std::atoll(argv[2]), std::atoll(argv[3]), std::atoll(argv[4]), std::atoll(argv[5])
    };
    const auto began = Clock::now();
    Tally tally = run_all(plan);
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    std::printf(
        "{\"clients\":%lld,\"batch\":%lld,\"succeeded\":%lld,\"per_second\":%.1f,"
        "\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n",
        static_cast<long long>(plan.threads),
        static_cast<long long>(plan.batch),
        static_cast<long long>(tally.payments),
        static_cast<double>(tally.payments) / seconds,
        tally.latencies.quantile_ms(0.5),
        tally.latencies.quantile_ms(0.99)
    );
}
