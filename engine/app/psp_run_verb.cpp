#include "app/psp_run_verb.hpp"

#include <charconv>
#include <chrono>
#include <iostream>
#include <string_view>

#include "core/result.hpp"
#include "http/client.hpp"
#include "simulator/key_files.hpp"
#include "simulator/tester_script.hpp"

namespace sluice::app {
namespace {

constexpr const char* kPspRunUsage =
    "usage: sluice psp run FILE.lua [--url http://HOST:PORT] [--seconds N]";
constexpr int kSecondsMax = 3600;

struct PspRun {
    simulator::TesterScript script;
    std::string url = "http://127.0.0.1:9000";
};

Result<std::chrono::seconds> parse_seconds(const std::string& text) {
    int seconds = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, seconds);
    if (error != std::errc{} || stop != end || seconds < 1 || seconds > kSecondsMax) {
        return fail(ErrorCode::invalid, "--seconds has '" + text + "', expected 1 to 3600");
    }
    return std::chrono::seconds(seconds);
}

Result<PspRun> read_psp_run(std::span<const std::string> args) {
    PspRun run;
    for (std::size_t i = 0; i < args.size(); ++i) {
        const std::string& word = args[i];
        const bool has_value = i + 1 < args.size();
        if (word == "--url" && has_value) {
            run.url = args[++i];
        } else if (word == "--seconds" && has_value) {
            SLUICE_ASSIGN(run.script.time_max, parse_seconds(args[++i]));
        } else if (word.starts_with("-") || !run.script.name.empty()) {
            return fail(ErrorCode::invalid, "'" + word + "' is not understood; " + kPspRunUsage);
        } else {
            run.script.name = word;
        }
    }
    if (run.script.name.empty()) {
        return fail(ErrorCode::invalid, std::string("no script is named; ") + kPspRunUsage);
    }
    SLUICE_ASSIGN(run.script.source, simulator::read_file(run.script.name));
    return run;
}

}  // namespace

int psp_run(std::span<const std::string> args) {
    const auto run = read_psp_run(args);
    if (!run) {
        std::cerr << "sluice psp run: " << run.error().message << "\n";
        return 2;
    }
    http::Client client;
    const simulator::TesterDoor door{
        .control =
            [&](const http::Request& request) {
                return http::fetch(
                    client,
                    {.method = request.method,
                     .url = run->url + request.target,
                     .body = request.body}
                );
            },
        .say = [](std::string_view line) { std::cout << line << std::endl; }
    };
    const auto value = simulator::run_tester_script(run->script, door);
    if (!value) {
        std::cerr << value.error().describe() << "\n" << value.error().excerpt;
        return 1;
    }
    if (!value->is_null()) {
        std::cout << to_json(*value) << "\n";
    }
    return 0;
}

}  // namespace sluice::app
