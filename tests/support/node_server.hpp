#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/process_child.hpp"

namespace sluice::testing {

/// A channel account of the simulator as a node is told of it.
struct NodeChannelAccount {
    std::string name;
    std::string mchid;
    int cost_basis_points = 0;
    std::string base_url;  ///< where it thinks the channel is; empty: where the simulator is
};

/// What a node's configuration file says.
struct NodeSettings {
    std::string name;  ///< of its files
    std::filesystem::path folder;
    std::filesystem::path keys;
    std::string conninfo;
    std::string psp_url;
    std::string callback_base_url;
    std::string api_key;
    std::vector<NodeChannelAccount> accounts;
    std::vector<std::string> bank_accounts;  ///< names of accounts at the simulated bank
    bool collects_by_bank = false;           ///< the bank accounts have an agreement on collections
    bool has_alipay = false;  ///< "ali-key" in key mode and "ali-cert" in certificate mode
    bool fetches_certificates = false;  ///< those of WeChat Pay, in place of its public key
    int payout_gather_ms = 0;           ///< of the bank accounts
    std::string barcode_api = "v3";     ///< of WeChat Pay: which API takes payers' codes
    int request_ms = 6'000;             ///< so long what moves money may be under way
    /// No shorter than that and the second that payouts may wait for one another.
    int not_found_after_seconds = 7;
    std::string more;  ///< tables at the end of the file
    std::string root;  ///< holds flows/, scripts/ and so on; empty: the repository
};

/// `sluice serve` as a process of its own, that a test may stop, kill and start again. One thread.
class Node {
  public:
    explicit Node(NodeSettings settings);

    /// Returns when the node says that it serves; throws with the end of its log otherwise.
    void start();
    /// The same without waiting: it may be killed before it serves.
    void begin_to_start();
    void kill_at_once();
    /// It keeps its sockets and locks and does nothing, until thaw().
    void freeze() { process_->freeze(); }
    void thaw() { process_->thaw(); }
    /// Asks it to end; the exit status.
    int stop();

    [[nodiscard]] bool is_running() { return process_ != nullptr && process_->is_running(); }
    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] const std::string& name() const { return settings_.name; }
    /// Whether its log, since its last start, has this event.
    [[nodiscard]] bool has_logged(const std::string& event) const;
    /// "" before the first start.
    [[nodiscard]] std::string log_tail(std::size_t lines) const;

  private:
    void write_configuration() const;

    NodeSettings settings_;
    std::unique_ptr<ChildProcess> process_;
    std::string url_;
};

}  // namespace sluice::testing
