#include "app/serve_verb.hpp"

#include <csignal>
#include <iostream>
#include <pthread.h>
#include <sys/resource.h>

#include "app/wiring.hpp"
#include "config/environment.hpp"
#include "config/settings.hpp"
#include "log/log.hpp"

namespace sluice::app {
namespace {

void configure_log(const config::NodeSettings& node) {
    log::Settings settings;
    if (node.log_level == "debug") {
        settings.level = log::Level::debug;
    } else if (node.log_level == "warn") {
        settings.level = log::Level::warn;
    } else if (node.log_level == "error") {
        settings.level = log::Level::error;
    }
    settings.format = node.log_format == "json" ? log::Format::json : log::Format::text;
    log::configure(settings);
}

/// Every caller that waits holds a descriptor; the usual soft limit of 1,024 is for programs that
/// use select().
void allow_many_connections() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)::setrlimit(RLIMIT_NOFILE, &files);
    }
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

    auto settings = config::load(args[1], config::read_environment());
    if (!settings) {
        return complain(settings.error());
    }
    configure_log(settings->node);
    allow_many_connections();
    for (const std::string& warning : settings->warnings) {
        log::warn("setting_ignored", {{"text", warning}});
    }
    auto server = Server::start(std::move(*settings));
    if (!server) {
        return complain(server.error());
    }
    std::cout << "ready http://" << (*server)->address() << std::endl;
    int signal = 0;
    sigwait(&ending, &signal);
    log::info("stopping", {{"signal", signal}});
    (*server)->stop();
    return 0;
}

}  // namespace sluice::app
