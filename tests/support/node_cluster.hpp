#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/connection.hpp"
#include "support/node_api.hpp"
#include "support/node_front.hpp"
#include "support/node_psp.hpp"
#include "support/node_server.hpp"

namespace sluice::testing {

struct ClusterOptions {
    std::size_t nodes = 1;
    std::size_t cards = 3;
    std::int64_t card_amount = 100'000'000;  ///< on each card, minor units
    bool collects_by_bank = false;           ///< then the bank collects by transfer
    int payout_gather_ms = 0;                ///< of the accounts at the bank
    bool has_alipay = false;                 ///< then two accounts at Alipay too
    bool fetches_certificates = false;       ///< WeChat Pay's, in place of its public key
    std::string barcode_api = "v3";          ///< WeChat Pay's, for payers' codes
    std::string first_account_url;           ///< where "wx-main" looks for the channel; "": there
    std::string more_configuration;          ///< tables at the end of every node's file
    std::string root;                        ///< of every node's scripts; "": the repository
};

/// Everything a payment meets, as processes of their own: a durable PostgreSQL with a fresh
/// database, the simulated channel, nodes behind one address, a merchant with prepaid cards that
/// were topped up over the API, two channel accounts of two merchants of the channel. All of it
/// ends with this object; when the test has failed by then, the ends of the logs are printed. One
/// thread; `api()` is for any.
class Cluster {
  public:
    explicit Cluster(const ClusterOptions& options = {});
    ~Cluster();
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    [[nodiscard]] Psp& psp() { return *psp_; }
    [[nodiscard]] Node& node(std::size_t index) { return *nodes_.at(index); }
    [[nodiscard]] std::size_t node_count() const { return nodes_.size(); }
    /// Through the address before the nodes.
    [[nodiscard]] Api& api() { return *api_; }
    [[nodiscard]] std::string url() const { return front_.url(); }
    /// The last callback that a channel sent, to be sent again as it was.
    [[nodiscard]] std::optional<http::Request> last_callback() { return front_.last_callback(); }
    /// Sends it to that address as the channel did; the status of the answer.
    int send_again(const http::Request& callback);
    /// At one node, past the address before them.
    [[nodiscard]] Api api_of(std::size_t index);
    [[nodiscard]] const std::vector<std::string>& cards() const { return cards_; }
    [[nodiscard]] const ClusterOptions& options() const { return options_; }
    /// A session of the schema's owner.
    [[nodiscard]] db::Connection connect() const;
    /// Every row of a statement, columns joined by a blank; throws when it is refused.
    [[nodiscard]] std::vector<std::string> query(const std::string& sql) const;
    /// The one value of a statement.
    [[nodiscard]] std::string query_one(const std::string& sql) const;

    void start_node(std::size_t index);
    void kill_node(std::size_t index);
    /// Asks it to end and gives its exit status.
    int stop_node(std::size_t index);
    /// The node hangs; nothing is passed on to it until it goes on.
    void freeze_node(std::size_t index);
    void thaw_node(std::size_t index);
    /// The database ends every session of the node (they carry its name), which is not told.
    void cut_sessions_of(std::size_t index);
    /// Waits until the living nodes together serve every bucket. False when they do not.
    [[nodiscard]] bool serves_everything();

  private:
    void start_nodes();
    void open_cards();
    void tell_front();

    ClusterOptions options_;
    std::string database_;
    Front front_;
    std::unique_ptr<Psp> psp_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<bool> frozen_;
    std::unique_ptr<Api> api_;
    std::vector<std::string> cards_;
};

}  // namespace sluice::testing
