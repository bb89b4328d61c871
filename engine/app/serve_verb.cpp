#include "app/serve_verb.hpp"

#include <csignal>
#include <iostream>
#include <pthread.h>

#include "app/wiring.hpp"
#include "config/settings.hpp"
#include "log/log.hpp"

namespace sluice::app {
namespace {

void set_log_level(const std::string& name) {
    log::Settings settings;
    if (name == "debug") {
        settings.level = log::Level::debug;
    } else if (name == "warn") {
        settings.level = log::Level::warn;
    } else if (name == "error") {
        settings.level = log::Level::error;
    }
    log::configure(settings);
}

int complain(const Error& error) {
    std::cerr << "sluice serve: " << error.message << "\n";
    return 1;
}

}  // namespace

int serve(std::span<const std::string> args) {
    if (args.size() != 2 || args[0] != "--config") {
        std::cerr << "usage: sluice serve --config FILE\n";
        return 2;
    }
    // Blocked before any thread starts, so that only sigwait() below sees them.
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);

    auto settings = config::load(args[1]);
    if (!settings) {
        return complain(settings.error());
    }
    set_log_level(settings->node.log_level);
    const std::string host = settings->http.host;
    auto server = Server::start(std::move(*settings));
    if (!server) {
        return complain(server.error());
    }
    std::cout << "ready http://" << host << ":" << (*server)->port() << std::endl;
    int signal = 0;
    sigwait(&ending, &signal);
    log::info("stopping", {{"signal", signal}});
    (*server)->stop();
    return 0;
}

}  // namespace sluice::app
