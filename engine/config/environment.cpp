#include "config/environment.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unistd.h>

#include "config/rules.hpp"
#include "core/nearest_name.hpp"
#include "core/value.hpp"

namespace sluice::config {
namespace {

constexpr std::string_view kPrefix = "SLUICE_";

std::unexpected<Error> refuse(
    std::string_view name, const std::string& value, std::string_view wanted
) {
    return fail(
        ErrorCode::invalid,
        "environment: " + std::string(name) + " is " + to_json(Value(value)) + ", wanted " +
            std::string(wanted)
    );
}

Result<void> set_listen(const std::string& value, Settings& settings) {
    const auto listen = parse_listen(value);
    if (!listen) {
        return refuse("SLUICE_LISTEN", value, kListenWanted);
    }
    settings.http.host = listen->host;
    settings.http.port = listen->port;
    return {};
}

Result<void> set_conninfo(const std::string& value, Settings& settings) {
    settings.database.conninfo = Secret<std::string>(value);
    return {};
}

Result<void> set_data_dir(const std::string& value, Settings& settings) {
    settings.database.data_dir = std::filesystem::absolute(value);
    return {};
}

Result<void> set_log_level(const std::string& value, Settings& settings) {
    if (std::ranges::find(kLogLevels, value) == kLogLevels.end()) {
        return refuse("SLUICE_LOG_LEVEL", value, "one of debug, info, warn, error");
    }
    settings.node.log_level = value;
    return {};
}

/// How long a key is and what it is made of, its user checks: it is not shown to anybody.
Result<void> set_master_key(const std::string& value, Settings& settings) {
    settings.secrets.master_key = Secret<std::string>(value);
    return {};
}

Result<void> set_old_master_keys(const std::string& value, Settings& settings) {
    std::string_view rest = value;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        settings.secrets.old_master_keys.emplace_back(std::string(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

struct Override {
    std::string_view name;
    Result<void> (*set)(const std::string& value, Settings& settings);
};
constexpr std::array<Override, 6> kOverrides{{
    {"SLUICE_LISTEN", set_listen},
    {"SLUICE_DATABASE_CONNINFO", set_conninfo},
    {"SLUICE_DATA_DIR", set_data_dir},
    {"SLUICE_LOG_LEVEL", set_log_level},
    {"SLUICE_MASTER_KEY", set_master_key},
    {"SLUICE_OLD_MASTER_KEYS", set_old_master_keys},
}};

Result<void> apply_one(const std::string& name, const std::string& value, Settings& settings) {
    const auto known = std::ranges::find(kOverrides, name, &Override::name);
    if (known != kOverrides.end()) {
        return value.empty() ? Result<void>{} : known->set(value, settings);
    }
    NearestName nearest(name);
    for (const Override& one : kOverrides) {
        nearest.consider(one.name);
    }
    const std::string what = "environment: " + name + " is not known" + nearest.hint();
    if (!nearest.best().empty()) {
        return fail(ErrorCode::invalid, what);
    }
    settings.warnings.push_back(what);
    return {};
}

}  // namespace

TextMap read_environment() {
    TextMap variables;
    for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (text.starts_with(kPrefix) && equals != std::string_view::npos) {
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return variables;
}

Result<void> apply_environment(const TextMap& environment, Settings& settings) {
    for (const auto& [name, value] : environment) {
        SLUICE_TRY(apply_one(name, value, settings));
    }
    return {};
}

}  // namespace sluice::config
