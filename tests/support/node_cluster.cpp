#include "support/node_cluster.hpp"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <iterator>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

#include <gtest/gtest.h>

#include "core/id.hpp"
#include "support/process_postgres.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kApiKey = "key-of-the-merchant-in-tests";
constexpr std::size_t kTailLines = 40;
constexpr std::size_t kBuckets = kBucketCount;

std::string next_name() {
    static std::atomic<int> number = 0;
    return "fault_" + std::to_string(getpid()) + "_" + std::to_string(++number);
}

/// Keys take a second to make, so all clusters of a test program share them.
fs::path shared_keys() {
    static const fs::path made = [] {
        fs::path keys = DurableServer::instance().folder() / "keys";
        Psp::make_keys(keys);
        return keys;
    }();
    return made;
}

/// How many buckets each worker of the node serves, by its own word: it has the lock before.
std::vector<std::size_t> served_at(Api node) {
    std::vector<std::size_t> served;
    std::istringstream lines(node.get("/metrics").why);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("sluice_worker_buckets{")) {
            served.push_back(std::stoul(line.substr(line.rfind(' ') + 1)));
        }
    }
    return served;
}

std::string created_id(const Reply& reply, const std::string& doing) {
    if (reply.status != 201) {
        throw std::runtime_error(doing + ": " + std::to_string(reply.status) + " " + reply.why);
    }
    return reply.text("id");
}

}  // namespace

Cluster::Cluster(const ClusterOptions& options) : options_(options), database_(next_name()) {
    DurableServer& server = DurableServer::instance();
    server.create_database(database_);
    const fs::path folder = server.folder() / database_;
    fs::create_directory(folder);
    psp_ = std::make_unique<Psp>(shared_keys(), folder);
    for (std::size_t i = 0; i < options_.nodes; ++i) {
        nodes_.push_back(std::make_unique<Node>(NodeSettings{
            .name = "node" + std::to_string(i),
            .folder = folder,
            .keys = shared_keys(),
            .conninfo =
                server.conninfo_of(database_) + " application_name=node" + std::to_string(i),
            .psp_url = psp_->url(),
            .callback_base_url = front_.url(),
            .api_key = kApiKey,
            .accounts =
                {{.name = "wx-main",
                  .mchid = "1900000109",
                  .cost_basis_points = 30,
                  .base_url = options_.first_account_url},
                 {.name = "wx-backup", .mchid = "1900000110", .cost_basis_points = 60}},
            .bank_accounts = {"bank-main", "bank-backup"},
            .collects_by_bank = options_.collects_by_bank,
            .has_alipay = options_.has_alipay,
            .fetches_certificates = options_.fetches_certificates,
            .payout_gather_ms = options_.payout_gather_ms,
            .barcode_api = options_.barcode_api,
            .more = options_.more_configuration,
            .root = options_.root
        }));
    }
    frozen_.resize(options_.nodes);
    api_ = std::make_unique<Api>(front_.url(), kApiKey);
    start_nodes();
    open_cards();
}

Cluster::~Cluster() {
    if (::testing::Test::HasFailure() || std::uncaught_exceptions() > 0) {
        for (const auto& node : nodes_) {
            std::cerr << "--- " << node->name() << ":" << node->log_tail(kTailLines) << "\n";
        }
        if (psp_ != nullptr) {
            std::cerr << "--- psp:" << psp_->log_tail() << "\n";
        }
    }
    front_.set_nodes({});
    nodes_.clear();
    psp_.reset();
    try {
        DurableServer::instance().drop_database(database_);
    } catch (const std::exception& error) {
        std::cerr << "the database stays: " << error.what() << "\n";
    }
}

int Cluster::send_again(const http::Request& callback) {
    http::ClientRequest request{
        .method = callback.method, .url = url() + callback.target, .body = callback.body
    };
    for (const auto& field : callback.headers) {
        const bool is_of_the_message = http::equal_ignoring_case(field.first, "Content-Type") ||
                                       field.first.starts_with("Wechatpay-");
        if (is_of_the_message) {
            request.headers.add(field);
        }
    }
    const auto answer = http::fetch(std::move(request));
    return answer ? answer->status : 0;
}

void Cluster::start_nodes() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        start_node(i);
    }
    if (!serves_everything()) {
        throw std::runtime_error("the nodes do not take every bucket");
    }
}

void Cluster::start_node(std::size_t index) {
    nodes_.at(index)->start();
    tell_front();
}

void Cluster::kill_node(std::size_t index) {
    nodes_.at(index)->kill_at_once();
    tell_front();
}

int Cluster::stop_node(std::size_t index) {
    const int status = nodes_.at(index)->stop();
    tell_front();
    return status;
}

void Cluster::freeze_node(std::size_t index) {
    nodes_.at(index)->freeze();
    frozen_.at(index) = true;
    tell_front();
}

void Cluster::thaw_node(std::size_t index) {
    nodes_.at(index)->thaw();
    frozen_.at(index) = false;
    tell_front();
}

void Cluster::cut_sessions_of(std::size_t index) {
    const std::string cut =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '" +
        nodes_.at(index)->name() + "' AND datname = current_database()";
    // Those that were cut before may not have come back yet.
    if (!eventually([&] { return !query(cut).empty(); })) {
        throw std::runtime_error(nodes_.at(index)->name() + " has no session to cut");
    }
}

void Cluster::tell_front() {
    std::vector<std::string> urls;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (nodes_[i]->is_running() && !frozen_[i]) {
            urls.push_back(nodes_[i]->url());
        }
    }
    front_.set_nodes(std::move(urls));
}

bool Cluster::serves_everything() {
    std::string living;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (nodes_[i]->is_running() && !frozen_[i]) {
            living += (living.empty() ? "'" : ", '") + nodes_[i]->name() + "'";
        }
    }
    // What the database grants to a living node, not what the table says: the lock is the truth.
    const std::string held =
        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
        "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1936483170 "
        "AND a.datname = current_database() AND a.application_name IN (" +
        living + ")";
    return eventually([&] {
        std::vector<std::size_t> served;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (nodes_[i]->is_running() && !frozen_[i]) {
                std::ranges::copy(served_at(api_of(i)), std::back_inserter(served));
            }
        }
        if (served.empty()) {
            return false;
        }
        // What is above its share a worker is about to give away.
        const std::size_t share = (kBuckets + served.size() - 1) / served.size();
        return std::accumulate(served.begin(), served.end(), std::size_t{0}) == kBuckets &&
               std::ranges::max(served) <= share && query_one(held) == std::to_string(kBuckets);
    });
}

void Cluster::open_cards() {
    for (std::size_t i = 0; i < options_.cards; ++i) {
        const std::string number = "card-" + std::to_string(i);
        const Reply opened = api_->post(
            "/v1/accounts",
            Value(
                ValueObject{{"kind", "prepaid_card"}, {"owner_number", number}, {"currency", "CNY"}}
            )
        );
        const std::string id = created_id(opened, "opening " + number);
        const Reply topped_up = api_->post(
            "/v1/accounts/" + id + "/top_ups",
            Value(ValueObject{
                {"top_up_number", "first-" + number},
                {"amount", options_.card_amount},
                {"currency", "CNY"}
            })
        );
        created_id(topped_up, "topping up " + number);
        cards_.push_back(id);
    }
}

Api Cluster::api_of(std::size_t index) { return {nodes_.at(index)->url(), kApiKey}; }

db::Connection Cluster::connect() const { return DurableServer::instance().connect(database_); }

std::vector<std::string> Cluster::query(const std::string& sql) const {
    auto connection = connect();
    const auto rows = connection.run("SELECT q::text FROM (" + sql + ") AS q");
    if (!rows) {
        throw std::runtime_error(sql + ": " + rows.error().message);
    }
    std::vector<std::string> lines;
    for (const db::Row row : *rows) {
        lines.emplace_back(row.text(0));
    }
    return lines;
}

std::string Cluster::query_one(const std::string& sql) const {
    auto connection = connect();
    const auto rows = connection.run(sql);
    if (!rows || rows->size() != 1) {
        throw std::runtime_error(sql + (rows ? ": not one row" : ": " + rows.error().message));
    }
    return std::string((*rows)[0].text_or_empty(0));
}

}  // namespace sluice::testing
