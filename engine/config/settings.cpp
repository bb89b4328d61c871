#include "config/settings.hpp"

#include <charconv>

#include "config/section.hpp"

namespace sluice::config {
namespace {

namespace fs = std::filesystem;

Result<void> set_listen(const std::string& listen, HttpSettings& http) {
    const auto colon = listen.rfind(':');
    const std::string port = colon == std::string::npos ? "" : listen.substr(colon + 1);
    std::uint16_t number = 0;
    const char* end = port.data() + port.size();
    const auto [stop, error] = std::from_chars(port.data(), end, number);
    if (port.empty() || error != std::errc{} || stop != end || colon == 0) {
        return fail(
            ErrorCode::invalid,
            "http.listen is '" + listen + "', wanted HOST:PORT like 127.0.0.1:8080"
        );
    }
    http.host = listen.substr(0, colon);
    http.port = number;
    return {};
}

Result<void> read_http(Section& root, HttpSettings& http) {
    Section section = root.below("http");
    std::string listen;
    section.read("listen", listen);
    section.read_positive("threads", http.threads);
    section.read_positive("body_max_bytes", http.body_max_bytes);
    std::int64_t read_ms = http.read_timeout.count();
    section.read_positive("read_timeout_ms", read_ms);
    http.read_timeout = std::chrono::milliseconds(read_ms);
    root.take(section);
    return listen.empty() ? Result<void>{} : set_listen(listen, http);
}

void read_database(Section& root, DatabaseSettings& database) {
    Section section = root.below("database");
    section.read("conninfo", database.conninfo);
    section.read("data_dir", database.data_dir);
    section.read("shared_buffers", database.shared_buffers);
    section.read("max_wal_size", database.max_wal_size);
    section.read_positive("readers", database.readers);
    root.take(section);
}

void read_node(Section& root, NodeSettings& node) {
    Section section = root.below("node");
    section.read_positive("workers", node.workers);
    section.read_positive("exchange_threads", node.exchange_threads);
    section.read("address", node.address);
    section.read("internal_secret", node.internal_secret);
    section.read("log_level", node.log_level);
    root.take(section);
}

Result<ApiKeySettings> read_api_key(Section section) {
    ApiKeySettings key;
    section.read("key", key.key);
    section.read("merchant_id", key.merchant_id);
    section.require("key", !key.key.reveal().empty());
    section.require("merchant_id", !key.merchant_id.empty());
    SLUICE_TRY(section.finish());
    return key;
}

Result<ChannelAccountSettings> read_channel_account(Section section) {
    ChannelAccountSettings account;
    section.read("name", account.name);
    section.read("channel", account.channel);
    section.read("settings", account.settings);
    section.read_secrets("secrets", account.secrets);
    section.read("keys_by_serial", account.keys_by_serial);
    section.read_whole("not_found_after_seconds", account.not_found_after_seconds, 0, 86'400);
    section.require("name", !account.name.empty());
    section.require("channel", !account.channel.empty());
    Section routing = section.below("routing");
    routing.read("method", account.routing.method);
    routing.read_whole("cost_basis_points", account.routing.cost_basis_points, 0, 10'000);
    routing.read_positive("amount_min", account.routing.amount_min);
    routing.read_positive("amount_max", account.routing.amount_max);
    if (account.routing.method.empty()) {
        account.routing.method = account.channel;
    }
    section.take(routing);
    SLUICE_TRY(section.finish());
    return account;
}

template <class Item>
Result<std::vector<Item>> read_list(
    const toml::table& file, const char* key, Result<Item> (*read)(Section), const fs::path& folder
) {
    std::vector<Item> items;
    const toml::array* list = file[key].as_array();
    if (list == nullptr) {
        return items;
    }
    for (const auto& node : *list) {
        if (node.as_table() == nullptr) {
            return fail(ErrorCode::invalid, std::string(key) + " must be a list of tables");
        }
        const std::string name = std::string(key) + "[" + std::to_string(items.size()) + "]";
        SLUICE_ASSIGN(auto item, read(Section(*node.as_table(), name, folder)));
        items.push_back(std::move(item));
    }
    return items;
}

Result<Settings> read_file(const toml::table& file, const fs::path& folder) {
    Settings settings;
    settings.root = folder;
    settings.database.data_dir = folder / "data";
    Section root(file, "", folder);
    root.read("root", settings.root);
    settings.channels = settings.root / "channels";
    root.read("channels", settings.channels);
    SLUICE_TRY(read_http(root, settings.http));
    read_database(root, settings.database);
    read_node(root, settings.node);
    root.know("api_key");
    root.know("channel_account");
    SLUICE_TRY(root.finish());
    SLUICE_ASSIGN(settings.api_keys, read_list(file, "api_key", read_api_key, folder));
    SLUICE_ASSIGN(
        settings.channel_accounts, read_list(file, "channel_account", read_channel_account, folder)
    );
    return settings;
}

}  // namespace

Result<Settings> load(const fs::path& path) {
    try {
        const toml::table file = toml::parse_file(path.string());
        auto settings = read_file(file, fs::absolute(path).parent_path());
        if (!settings) {
            return fail(ErrorCode::invalid, path.string() + ": " + settings.error().message);
        }
        return settings;
    } catch (const toml::parse_error& error) {
        return fail(
            ErrorCode::invalid,
            path.string() + ":" + std::to_string(error.source().begin.line) + ": " +
                std::string(error.description())
        );
    }
}

}  // namespace sluice::config
