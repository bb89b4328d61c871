#include "app/script_try_verb.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "core/result.hpp"
#include "json/json.hpp"
#include "script/try_script.hpp"

namespace sluice::app {
namespace {

constexpr int kStatusOk = 0;
constexpr int kStatusScript = 1;
constexpr int kStatusUsage = 2;
constexpr std::size_t kFileMax = 1U << 20;
constexpr const char* kScriptTryUsage = "usage: sluice script try FILE [--facts FILE] [--json]";

struct Command {
    std::string file;
    std::optional<std::string> facts_file;
    bool as_json = false;
};

Result<Command> read_command(std::span<const std::string> args) {
    Command command;
    for (std::size_t i = 0; i < args.size(); ++i) {
        const std::string& word = args[i];
        if (word == "--json") {
            command.as_json = true;
        } else if (word == "--facts" && i + 1 < args.size()) {
            command.facts_file = args[++i];
        } else if (word.starts_with("-") || !command.file.empty()) {
            return fail(ErrorCode::invalid, "'" + word + "' is not understood; " + kScriptTryUsage);
        } else {
            command.file = word;
        }
    }
    if (command.file.empty()) {
        return fail(ErrorCode::invalid, std::string("no script is named; ") + kScriptTryUsage);
    }
    return command;
}

Result<std::string> read_file(const std::string& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) {
        return fail(ErrorCode::not_found, "file " + path + " does not exist");
    }
    if (!std::filesystem::is_regular_file(status)) {
        return fail(ErrorCode::invalid, path + " is not a file");
    }
    const auto size = std::filesystem::file_size(path, error);
    if (error || size > kFileMax) {
        return fail(ErrorCode::limit, "file " + path + " is larger than 1 MiB");
    }
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (in.bad() || !in.is_open()) {
        return fail(ErrorCode::invalid, "file " + path + " cannot be read");
    }
    return text;
}

Result<script::TryRequest> read_request(const Command& command) {
    script::TryRequest request;
    request.name = command.file;
    SLUICE_ASSIGN(request.source, read_file(command.file));
    if (command.facts_file) {
        SLUICE_ASSIGN(const std::string text, read_file(*command.facts_file));
        auto facts = json::parse(text);
        if (!facts) {
            return fail(
                ErrorCode::invalid,
                "facts file " + *command.facts_file + ": " + facts.error().message
            );
        }
        request.facts = std::move(*facts);
    }
    return request;
}

int refuse(const Error& error) {
    std::fprintf(stderr, "sluice script try: %s\n", error.message.c_str());
    return kStatusUsage;
}

}  // namespace

int script_try(std::span<const std::string> args) {
    const auto command = read_command(args);
    if (!command) {
        return refuse(command.error());
    }
    const auto request = read_request(*command);
    if (!request) {
        return refuse(request.error());
    }
    const script::TryResult result = script::try_script(*request);
    const bool ok = result.outcome == script::TryOutcome::ok;
    if (command->as_json) {
        std::printf("%s\n", to_json(result.to_value()).c_str());
    } else {
        std::fputs(result.describe().c_str(), ok ? stdout : stderr);
    }
    return ok ? kStatusOk : kStatusScript;
}

}  // namespace sluice::app
