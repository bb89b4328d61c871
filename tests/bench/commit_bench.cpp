// What one batch costs the database: composite payments (card and channel) are committed as a
// worker does it, half of each batch beginning and half ending, without an engine around. Prints
// the backend's CPU and the WAL of a payment. The database must be empty.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "core/hash.hpp"
#include "db/hand_made.hpp"
#include "db/migrate.hpp"
#include "ledger/ledger_store.hpp"
#include "worker/run_store.hpp"

namespace sluice::testing {
namespace {

constexpr std::int64_t kCards = 1000;

template <class T>
T must(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "error: %s\n", result.error().message.c_str());
        std::_Exit(1);
    }
    return *std::move(result);
}
void must(const Result<void>& result) {
    if (!result) {
        std::fprintf(stderr, "error: %s\n", result.error().message.c_str());
        std::_Exit(1);
    }
}

std::int64_t backend_cpu_ns(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/schedstat");
    std::int64_t ns = 0;
    file >> ns;
    return ns;
}

std::vector<AccountId> given_cards(db::Connection& connection) {
    ledger::LedgerStore store(connection);
    std::vector<AccountId> cards;
    for (std::int64_t i = 0; i < kCards; ++i) {
        const std::string name = "card_" + std::to_string(i);
        cards.push_back(must(store.open_account({
            .key = {.gl = ledger::kPrepaidCard, .owner = name, .currency = "CNY"},
            .floor_minor = 0,
            .ceil_minor = std::nullopt,
        })));
        must(store.top_up({cards.back(), Money{1'000'000'000, cny()}, "shop", name, kHandMadeNow}));
    }
    return cards;
}

/// A payment of 3000 from a card and 7000 from a channel.
std::int64_t number_of_order = 0;

class Composite {
  public:
    Composite(Random& random, AccountId card, Time now)
        : random_(random), made_(random, card, 10'000, Bucket{static_cast<std::uint8_t>(random.next() & 255)}) {
        auto& payment = made_.picture.payment;
        auto& order = made_.picture.order;
        const Bucket bucket{payment.id.bucket()};
        order.id = OrderId::generate(now, bucket, random);
        payment.id = PaymentId::generate(now + std::chrono::microseconds(50), bucket, random);
        payment.order_id = order.id;
        made_.picture.instructions.front().id = InstructionId(payment.id.raw().derive(1, 1));
        order.merchant_order_number = "t-" + std::to_string(++number_of_order);
        order.merchant_id = payment.merchant_id = "bench";
        const Money part{3'000, cny()};
        const Money rest{7'000, cny()};
        payment.legs = {
            {1, payment::LegKind::internal, "prepaid_card", "", card, part},
            {2, payment::LegKind::external, "wechatpay", "qr", {}, rest},
        };
        auto& first = made_.picture.instructions.front();
        first.amount = part;
        payment::Instruction second = first;
        second.id = InstructionId(payment.id.raw().derive(1, 2));
        second.leg_number = 2;
        second.kind = payment::LegKind::external;
        second.channel = "stub";
        second.channel_account = "stub_1";
        second.scene = "qr";
        second.account = {};
        second.amount = rest;
        second.status = payment::InstructionStatus::created;
        second.merchant = "stub_merchant_1";
        second.expires_at = order.expires_at;
        made_.picture.instructions.push_back(second);
    }

    void begins() {
        made_.begins();
        made_.picture.payment.stage = "collect";
        made_.step.created.push_back(made_.picture.instructions[1].id);
        body();
    }
    void ends() {
        made_.captures();
        auto& second = made_.picture.instructions[1];
        second.status = payment::InstructionStatus::succeeded;
        second.channel_reference = "S13904";
        second.outcome_code = "succeeded";
        made_.picture.instructions[0].outcome_code = "succeeded";
        made_.picture.payment.stage = "settle";
        made_.step.touched.push_back(second.id);
        made_.step.lines.clear();
        const auto line = [&](const char* gl, AccountId account, flow::Side side, std::int64_t minor) {
            made_.step.lines.push_back(
                {gl, account.is_nil() ? "bench" : "", account, side, Money{minor, cny()}}
            );
        };
        const AccountId card = made_.picture.instructions[0].account;
        line("1101", {}, flow::Side::debit, 7'000);
        line("2201", {}, flow::Side::credit, 7'000);
        line("2002", card, flow::Side::debit, 3'000);
        line("2201", {}, flow::Side::credit, 3'000);
        line("2201", {}, flow::Side::debit, 10'000);
        line("2101", {}, flow::Side::credit, 10'000);
        body();
    }
    worker::Activated activated() { return made_.activated(); }

  private:
    void body() {
        made_.row.body = "{\"x\":\"" + random_hex(random_, 210) + "\"}";
        made_.row.effects_hash = hash128(made_.row.body);
    }
    Random& random_;
    HandMade made_;
};

int run(const char* conninfo, const char* db_dir, std::size_t half, std::size_t payments) {
    db::Connection owner = must(db::Connection::open(conninfo));
    must(db::migrate(owner, db_dir));
    db::Connection connection =
        must(db::Connection::open(conninfo, {.statement_timeout = {}, .role = "sluice_app"}));
    if (std::getenv("KEEP") == nullptr) {
        must(worker::RunStore(connection).keep_memory());
    }
    const auto cards = given_cards(owner);
    must(owner.run("CHECKPOINT"));
    SeededRandom random(7);
    worker::Batch batch;
    std::vector<Composite> open;
    std::vector<Composite> next;
    std::int64_t cpu = 0;
    std::int64_t wal = 0;
    const auto wal_now = [&] {
        return must(owner.run("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint"))[0].int64(0);
    };
    Time now = kHandMadeNow;
    std::size_t done = 0;
    const std::size_t warm = payments / 4;
    bool warmed = false;
    while (done < payments + warm) {
        if (!warmed && done >= warm) {
            warmed = true;
            done = warm;
            cpu = backend_cpu_ns(connection.backend_pid());
            wal = wal_now();
            std::fprintf(stderr, "pid %d\n", connection.backend_pid());
        }
        next.clear();
        batch.clear();
        for (std::size_t i = 0; i < half; ++i) {
            now += std::chrono::microseconds(400);
            next.emplace_back(random, cards[random.next() % cards.size()], now);
        }
        // As in life, beginnings and ends are mixed.
        for (std::size_t i = 0; i < half; ++i) {
            next[i].begins();
            batch.add(next[i].activated());
            if (i < open.size()) {
                open[i].ends();
                batch.add(open[i].activated());
            }
        }
        const auto refusals = must(batch.commit(connection));
        if (!refusals.empty()) {
            std::fprintf(stderr, "refused: %s\n", refusals.front().reason.c_str());
            return 1;
        }
        open.swap(next);
        done += half;
    }
    const double n = static_cast<double>(payments);
    std::printf(
        "half %zu: %.1f us, %.0f B\n", half,
        static_cast<double>(backend_cpu_ns(connection.backend_pid()) - cpu) / 1000 / n,
        static_cast<double>(wal_now() - wal) / n
    );
    return 0;
}

}  // namespace
}  // namespace sluice::testing

int main(int argc, char** argv) {
    if (argc != 5) {
        return 2;
    }
    return sluice::testing::run(
        argv[1], argv[2], std::strtoul(argv[3], nullptr, 10), std::strtoul(argv[4], nullptr, 10)
    );
}
