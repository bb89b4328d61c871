#include "app/channel_verb.hpp"

#include <cstdio>
#include <filesystem>
#include <set>
#include <system_error>

#include "core/nearest_name.hpp"
#include "core/result.hpp"
#include "kit/channel_check.hpp"
#include "kit/scaffold.hpp"

namespace sluice::app {
namespace {

namespace fs = std::filesystem;

constexpr int kStatusOk = 0;
constexpr int kStatusWrong = 1;
constexpr int kStatusUsage = 2;
constexpr const char* kUsage =
    "usage: sluice channel new NAME [--root DIR]\n"
    "       sluice channel test NAME [--root DIR] [--json]\n";

enum class Act { make, test };

struct Command {
    Act act = Act::test;
    std::string name;
    fs::path root = ".";
    bool as_json = false;

    [[nodiscard]] fs::path channels() const { return root / "channels"; }
};

Result<Command> read_command(std::span<const std::string> args) {
    Command command;
    if (args.empty() || (args[0] != "new" && args[0] != "test")) {
        return fail(ErrorCode::invalid, "wanted 'new' or 'test'");
    }
    command.act = args[0] == "new" ? Act::make : Act::test;
    for (std::size_t i = 1; i < args.size(); ++i) {
        const std::string& word = args[i];
        if (word == "--root" && i + 1 < args.size()) {
            command.root = args[++i];
        } else if (word == "--json" && command.act == Act::test) {
            command.as_json = true;
        } else if (word.starts_with("-") || !command.name.empty()) {
            return fail(ErrorCode::invalid, "'" + word + "' is not understood");
        } else {
            command.name = word;
        }
    }
    if (command.name.empty()) {
        return fail(ErrorCode::invalid, "no channel is named");
    }
    return command;
}

/// A channel that is there, or which there are.
Result<fs::path> folder_of(const Command& command) {
    std::error_code ignored;
    if (fs::is_directory(command.channels() / command.name, ignored)) {
        return command.channels() / command.name;
    }
    std::set<std::string> known;
    for (const auto& entry : fs::directory_iterator(command.channels(), ignored)) {
        if (entry.is_directory(ignored)) {
            known.insert(entry.path().filename().string());
        }
    }
    return fail(
        ErrorCode::not_found,
        "there is no folder " + (command.channels() / command.name).string() +
            did_you_mean(command.name, known)
    );
}

int complain(const char* verb, const Error& error) {
    std::fprintf(stderr, "sluice channel %s: %s\n", verb, error.message.c_str());
    return kStatusWrong;
}

int make(const Command& command) {
    const auto made = kit::scaffold_channel(command.channels(), command.name);
    if (!made) {
        return complain("new", made.error());
    }
    std::printf(
        "made %s: write the table in its README.md first, then record, then the adapter; "
        "'sluice channel test %s' tells how far it is\n",
        made->c_str(),
        command.name.c_str()
    );
    return kStatusOk;
}

int test(const Command& command) {
    const auto folder = folder_of(command);
    if (!folder) {
        return complain("test", folder.error());
    }
    const kit::ChannelReport report = kit::check_channel(*folder);
    const std::string text =
        command.as_json ? to_json(report.to_value()) + "\n" : report.describe();
    std::fputs(text.c_str(), stdout);
    return report.is_sound() ? kStatusOk : kStatusWrong;
}

}  // namespace

int channel(std::span<const std::string> args) {
    const auto command = read_command(args);
    if (!command) {
        std::fprintf(stderr, "sluice channel: %s\n%s", command.error().message.c_str(), kUsage);
        return kStatusUsage;
    }
    return command->act == Act::make ? make(*command) : test(*command);
}

}  // namespace sluice::app
