#include "support/node_server.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "channel/certificate_number.hpp"
#include "channel/keys.hpp"
#include "simulator/demo_keys.hpp"

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + '"';
}

std::string first_line(const fs::path& path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) {
        throw std::runtime_error(path.string() + " cannot be read");
    }
    return line;
}

std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// What every account has, whatever its channel.
void write_patience(std::ostream& out, const NodeSettings& node) {
    out << "not_found_after_seconds = " << node.not_found_after_seconds << "\n"
        << "timeouts = { collect_ms = " << node.request_ms << " }\n";
}

void write_account(std::ostream& out, const NodeSettings& node, const NodeChannelAccount& account) {
    const auto set = [&out](const std::string& name, const std::string& value) {
        out << name << " = " << quoted(value) << "\n";
    };
    const auto file = [&](const std::string& name, const std::string& in_keys) {
        out << name << " = { file = " << quoted(node.keys / in_keys) << " }\n";
    };
    const std::string key_id = first_line(node.keys / "platform_public_key_id.txt");
    out << "\n[[channel_account]]\n";
    set("name", account.name);
    set("channel", "wechatpay");
    write_patience(out, node);
    out << "[channel_account.settings]\n";
    set("base_url", account.base_url.empty() ? node.psp_url : account.base_url);
    set("callback_base_url", node.callback_base_url);
    set("mchid", account.mchid);
    set("appid", "wxd678efh567hg6787");
    set("merchant_serial", first_line(node.keys / "merchant_serial.txt"));
    if (node.fetches_certificates) {
        set("certificates", "download");
    } else {
        set("platform_serial", key_id);
    }
    set("barcode_api", node.barcode_api);
    set("transfer_api", account.name == "wx-main" ? "bills" : "batches");
    set("transfer_scene_id", "1005");
    set("transfer_report", R"({"岗位类型":"外卖员","报酬说明":"高温补贴"})");
    out << "[channel_account.secrets]\n";
    file("merchant_key", "merchant_private.pem");
    file("api_v3_key", "api_v3_key.txt");
    if (node.barcode_api == "v2") {
        file("api_v2_key", "api_v2_key.txt");
        file("client_certificate", "merchant_certificate.pem");
        file("client_key", "merchant_private.pem");
    }
    const std::string certificate = "platform_certificate.pem";
    file("platform_key", node.fetches_certificates ? certificate : "platform_public.pem");
    const std::string serial =
        node.fetches_certificates
            ? channel::certificate_serial(text_of(node.keys / certificate)).value()
            : key_id;
    out << "[channel_account.keys_by_serial]\n" << quoted(serial) << " = \"platform_key\"\n";
    out << "[channel_account.routing]\n";
    out << "cost_basis_points = " << account.cost_basis_points << "\n";
}

/// One for all nodes of a folder of keys.
std::string master_key_file(const NodeSettings& node) {
    const fs::path file = node.keys / "master.key";
    if (!fs::exists(file)) {
        std::ofstream(file) << std::string(64, '5') << "\n";
        fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    }
    return file;
}

/// An account at the simulated bank; the second one is the same customer's, by another name.
void write_bank_account(std::ostream& out, const NodeSettings& node, const std::string& name) {
    const auto set = [&out](const std::string& member, const std::string& value) {
        out << member << " = " << quoted(value) << "\n";
    };
    out << "\n[[channel_account]]\n";
    set("name", name);
    set("channel", "bank");
    write_patience(out, node);
    out << "payout_gather_ms = " << node.payout_gather_ms << "\n";
    out << "[channel_account.settings]\n";
    set("base_url", node.psp_url);
    set("callback_base_url", node.callback_base_url);
    set("account", std::string(simulator::kDemoBankAccount));
    if (node.collects_by_bank) {
        set("collection_agreement", std::string(simulator::kDemoCollectionAgreement));
    }
    out << "[channel_account.secrets]\nbank_key = { file = " << quoted(node.keys / "bank_key.txt")
        << " }\n";
}

/// An application at the simulated Alipay; in certificate mode its contents are encrypted too.
void write_alipay_account(std::ostream& out, const NodeSettings& node, const std::string& name) {
    const bool is_certified = name == "ali-cert";
    const auto set = [&out](const std::string& member, std::string_view value) {
        out << member << " = " << quoted(std::string(value)) << "\n";
    };
    const auto file = [&](const std::string& member, const std::string& in_keys) {
        out << member << " = { file = " << quoted(node.keys / in_keys) << " }\n";
    };
    out << "\n[[channel_account]]\n";
    set("name", name);
    set("channel", "alipay");
    write_patience(out, node);
    out << "[channel_account.settings]\n";
    set("base_url", node.psp_url);
    set("callback_base_url", node.callback_base_url);
    set("app_id", is_certified ? simulator::kDemoAlipayCertifiedApp : simulator::kDemoAlipayApp);
    set("seller_id",
        is_certified ? simulator::kDemoAlipayCertifiedSeller : simulator::kDemoAlipaySeller);
    out << "[channel_account.secrets]\n";
    file("app_key", "merchant_private.pem");
    std::string number = "public_key";
    if (is_certified) {
        file("app_certificate", "merchant_certificate.pem");
        file("root_certificates", "platform_certificate.pem");
        file("content_key", "alipay_content_key.txt");
        number =
            channel::certificate_number(text_of(node.keys / "platform_certificate.pem")).value();
    }
    file("platform_key", is_certified ? "platform_certificate.pem" : "platform_public.pem");
    out << "[channel_account.keys_by_serial]\n" << quoted(number) << " = \"platform_key\"\n";
    out << "[channel_account.routing]\ncost_basis_points = " << (is_certified ? 60 : 30) << "\n";
}

}  // namespace

Node::Node(NodeSettings settings) : settings_(std::move(settings)) {}

void Node::write_configuration() const {
    std::ofstream out(settings_.folder / (settings_.name + ".toml"));
    const std::string root = settings_.root.empty() ? SLUICE_SOURCE_DIR : settings_.root;
    out << "root = " << quoted(root) << "\n"
        << "[http]\nlisten = \"127.0.0.1:0\"\n"
        << "[database]\nconninfo = " << quoted(settings_.conninfo) << "\n"
        << "[node]\nworkers = 2\ninternal_secret = \"between-the-nodes-of-a-test\"\n"
        << "[webhooks]\nallow_http_loopback = true\n"
        << "[secrets]\nmaster_key_file = " << quoted(master_key_file(settings_)) << "\n"
        << "[[api_key]]\nkey = " << quoted(settings_.api_key) << "\nmerchant_id = \"m1\"\n";
    for (const NodeChannelAccount& account : settings_.accounts) {
        write_account(out, settings_, account);
    }
    for (const std::string& name : settings_.bank_accounts) {
        write_bank_account(out, settings_, name);
    }
    if (settings_.has_alipay) {
        write_alipay_account(out, settings_, "ali-key");
        write_alipay_account(out, settings_, "ali-cert");
    }
    out << settings_.more;
    out.close();
    if (!out) {
        throw std::runtime_error("the configuration of " + settings_.name + " cannot be written");
    }
}

void Node::begin_to_start() {
    write_configuration();
    const std::string file = settings_.folder / (settings_.name + ".toml");
    process_.reset();
    process_ = std::make_unique<ChildProcess>(ChildProcess::Command{
        .arguments = {SLUICE_BINARY, "serve", "--config", file},
        .log = settings_.folder / (settings_.name + ".log")
    });
}

void Node::start() {
    begin_to_start();
    url_ = process_->wait_for_line("ready ", kStartLimit);
}

void Node::kill_at_once() { process_->kill_at_once(); }

int Node::stop() { return process_->stop(kStopLimit); }

bool Node::has_logged(const std::string& event) const {
    return process_ != nullptr && process_->said().find(" " + event + " ") != std::string::npos;
}

std::string Node::log_tail(std::size_t lines) const {
    return process_ == nullptr ? std::string() : process_->log_tail(lines);
}

}  // namespace sluice::testing
