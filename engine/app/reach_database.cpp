#include "app/reach_database.hpp"

#include "db/private_server.hpp"

namespace sluice::app {

Result<std::string> reach_database(const config::DatabaseSettings& settings) {
    if (!settings.conninfo.reveal().empty()) {
        return settings.conninfo.reveal();
    }
    db::PrivateServerSettings server;
    server.data_dir = settings.data_dir;
    server.shared_buffers = settings.shared_buffers;
    server.max_wal_size = settings.max_wal_size;
    SLUICE_ASSIGN(const auto started, db::PrivateServer::start(server));
    return started.conninfo();
}

}  // namespace sluice::app
