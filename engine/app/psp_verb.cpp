#include "app/psp_verb.hpp"

#include <charconv>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <optional>
#include <pthread.h>
#include <string_view>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "simulator/alipay_app.hpp"
#include "simulator/demo_keys.hpp"
#include "simulator/merchant.hpp"
#include "simulator/psp.hpp"

namespace sluice::app {

namespace {

constexpr std::string_view kPspUsage =
    "usage: sluice psp --listen HOST:PORT --keys DIR [--merchants FILE.json] [--demo-keys]\n"
    "                  [--payer-page URL] [--seed N]\n";

struct PspOptions {
    simulator::PspSettings settings;
    std::filesystem::path keys;
    std::filesystem::path merchants;
    bool demo_keys = false;
};

template <class Number>
Result<Number> parse_number(std::string_view text, std::string_view option) {
    Number number{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (text.empty() || error != std::errc{} || stop != end) {
        return fail(
            ErrorCode::invalid,
            std::string(option) + " has '" + std::string(text) + "', expected a whole number"
        );
    }
    return number;
}

Result<void> set_listen(PspOptions& options, std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) {
        return fail(
            ErrorCode::invalid, "--listen has '" + std::string(text) + "', expected HOST:PORT"
        );
    }
    options.settings.host = text.substr(0, colon);
    SLUICE_ASSIGN(
        options.settings.port, parse_number<std::uint16_t>(text.substr(colon + 1), "--listen")
    );
    return {};
}

Result<void> set_option(PspOptions& options, std::string_view name, const std::string& value) {
    if (name == "--listen") {
        return set_listen(options, value);
    }
    if (name == "--keys") {
        options.keys = value;
    } else if (name == "--merchants") {
        options.merchants = value;
    } else if (name == "--payer-page") {
        options.settings.payer_page_base = value;
        while (options.settings.payer_page_base.ends_with('/')) {
            options.settings.payer_page_base.pop_back();
        }
    } else if (name == "--seed") {
        SLUICE_ASSIGN(options.settings.seed, parse_number<std::uint64_t>(value, name));
    } else {
        return fail(ErrorCode::invalid, "unknown option '" + std::string(name) + "'");
    }
    return {};
}

Result<PspOptions> parse(std::span<const std::string> args) {
    PspOptions options;
    for (std::size_t i = 0; i < args.size(); ++i) {
        if (args[i] == "--demo-keys") {
            options.demo_keys = true;
            continue;
        }
        if (i + 1 == args.size()) {
            return fail(ErrorCode::invalid, "the option '" + args[i] + "' needs a value");
        }
        SLUICE_TRY(set_option(options, args[i], args[i + 1]));
        ++i;
    }
    if (options.keys.empty()) {
        return fail(ErrorCode::invalid, "--keys is missing");
    }
    if (options.merchants.empty()) {
        options.merchants = options.keys / "merchants.json";
    }
    return options;
}

Result<void> run(const PspOptions& options, const sigset_t& signals) {
    const SystemClock clock;
    if (options.demo_keys) {
        SystemRandom random;
        SLUICE_TRY(simulator::make_demo_keys(options.keys, clock, random));
    }
    SLUICE_ASSIGN(auto platform, simulator::load_platform(options.keys));
    SLUICE_ASSIGN(
        auto merchants, simulator::load_merchants({.list = options.merchants, .keys = options.keys})
    );
    SLUICE_ASSIGN(
        auto bank_accounts,
        simulator::load_bank_accounts({.list = options.merchants, .keys = options.keys})
    );
    SLUICE_ASSIGN(
        auto alipay_apps,
        simulator::load_alipay_apps({.list = options.merchants, .keys = options.keys})
    );
    simulator::Psp server(
        options.settings,
        {.merchants = std::move(merchants),
         .platform = std::move(platform),
         .bank_accounts = std::move(bank_accounts),
         .alipay_apps = std::move(alipay_apps)},
        clock
    );
    SLUICE_TRY(server.start());
    std::cout << "sluice psp listens on " << server.url() << std::endl;
    int signal = 0;
    ::sigwait(&signals, &signal);
    server.stop();
    return {};
}

}  // namespace

int psp(std::span<const std::string> args) {
    const auto options = parse(args);
    if (!options) {
        std::cerr << "sluice psp: " << options.error().message << "\n" << kPspUsage;
        return 2;
    }
    // Before any thread starts, so that every thread leaves them to sigwait().
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    const auto done = run(*options, signals);
    if (!done) {
        std::cerr << "sluice psp: " << done.error().message << "\n";
        return 1;
    }
    return 0;
}

}  // namespace sluice::app
