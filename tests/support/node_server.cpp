#include "support/node_server.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kStartLimit{60};
constexpr std::chrono::seconds kStopLimit{60};

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
    out << "not_found_after_seconds = " << node.not_found_after_seconds << "\n";
    out << "[channel_account.settings]\n";
    set("base_url", account.base_url.empty() ? node.psp_url : account.base_url);
    set("callback_base_url", node.callback_base_url);
    set("mchid", account.mchid);
    set("appid", "wxd678efh567hg6787");
    set("merchant_serial", first_line(node.keys / "merchant_serial.txt"));
    set("platform_serial", key_id);
    out << "[channel_account.secrets]\n";
    file("merchant_key", "merchant_private.pem");
    file("api_v3_key", "api_v3_key.txt");
    file("platform_key", "platform_public.pem");
    out << "[channel_account.keys_by_serial]\n" << quoted(key_id) << " = \"platform_key\"\n";
    out << "[channel_account.routing]\n";
    out << "cost_basis_points = " << account.cost_basis_points << "\n";
}

}  // namespace

Node::Node(NodeSettings settings) : settings_(std::move(settings)) {}

void Node::write_configuration() const {
    std::ofstream out(settings_.folder / (settings_.name + ".toml"));
    out << "root = " << quoted(SLUICE_SOURCE_DIR) << "\n"
        << "[http]\nlisten = \"127.0.0.1:0\"\n"
        << "[database]\nconninfo = " << quoted(settings_.conninfo) << "\n"
        << "[node]\nworkers = 2\ninternal_secret = \"between-the-nodes-of-a-test\"\n"
        << "[[api_key]]\nkey = " << quoted(settings_.api_key) << "\nmerchant_id = \"m1\"\n";
    for (const NodeChannelAccount& account : settings_.accounts) {
        write_account(out, settings_, account);
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
