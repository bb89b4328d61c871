#include "app/secrets_verb.hpp"

#include <fcntl.h>
#include <iostream>
#include <sys/stat.h>
#include <unistd.h>

#include "app/reach_database.hpp"
#include "app/reseal_store.hpp"
#include "app/sealing_wiring.hpp"
#include "config/environment.hpp"
#include "config/settings.hpp"
#include "db/connection.hpp"

namespace sluice::app {
namespace {

constexpr const char* kSecretsUsage =
    "usage: sluice secrets new-key FILE | sluice secrets rotate --config FILE\n";

int complain(const std::string& what) {
    std::cerr << "sluice secrets: " << what << "\n";
    return 1;
}

/// A file that is there is somebody's key: it stays.
int new_key(const std::string& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return complain("the file " + path + " cannot be made, wanted a name that is free");
    }
    const std::string line = channel::SealingKeys::new_key().reveal() + "\n";
    const bool is_whole =
        ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
        ::fsync(file) == 0;
    const bool is_closed = ::close(file) == 0;
    if (!is_whole || !is_closed) {
        ::unlink(path.c_str());
        return complain("the file " + path + " cannot be written");
    }
    return 0;
}

Result<Resealed> rotate(const std::string& path) {
    SLUICE_ASSIGN(const auto settings, config::load(path, config::read_environment()));
    SLUICE_ASSIGN(const auto keys, sealing_keys(settings));
    SLUICE_ASSIGN(const std::string conninfo, reach_database(settings.database));
    SLUICE_ASSIGN(auto connection, db::Connection::open(conninfo));
    SLUICE_ASSIGN(const Resealed resealed, reseal_all(connection, keys));
    std::cout << "under the key " << keys.current_id()
              << " now, sealed again: " << resealed.channel_secrets
              << " secrets of channel accounts, " << resealed.webhook_endpoints
              << " webhook endpoints, " << resealed.payments << " payments, " << resealed.payouts
              << " payouts, " << resealed.refunds << " refunds, " << resealed.votes << " votes\n";
    return resealed;
}

}  // namespace

int secrets(std::span<const std::string> args) {
    if (args.size() == 2 && args[0] == "new-key") {
        return new_key(args[1]);
    }
    if (args.size() == 3 && args[0] == "rotate" && args[1] == "--config") {
        const auto done = rotate(args[2]);
        return done ? 0 : complain(done.error().message);
    }
    std::cerr << kSecretsUsage;
    return 2;
}

}  // namespace sluice::app
