#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "app/bill_verb.hpp"
#include "app/channel_verb.hpp"
#include "app/psp_run_verb.hpp"
#include "app/psp_verb.hpp"
#include "app/script_try_verb.hpp"
#include "app/secrets_verb.hpp"
#include "app/serve_verb.hpp"

namespace {

constexpr std::string_view kUsage =
    "usage: sluice VERB ...\n"
    "  serve --config FILE          the server\n"
    "  psp --listen HOST:PORT ...   the simulated payment channels\n"
    "  psp run FILE.lua ...         says to them what a tester's script says\n"
    "  bill --config FILE CHANNEL ACCOUNT KIND DAY\n"
    "                               what a channel billed an account for a day\n"
    "  channel new NAME             the scaffold of an adapter\n"
    "  channel test NAME [--json]   plays all that is recorded of a channel\n"
    "  script try FILE ...          runs one script in the production sandbox\n"
    "  secrets new-key FILE         a fresh master key\n"
    "  secrets rotate --config FILE seals all secrets again under the current master key\n";

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> args(argv + 1, argv + argc);
    const auto rest = [&](std::size_t used) { return std::span(args).subspan(used); };
    if (args.size() >= 2 && args[0] == "script" && args[1] == "try") {
        return sluice::app::script_try(rest(2));
    }
    const std::string_view verb = args.empty() ? std::string_view{} : args[0];
    if (verb == "serve") {
        return sluice::app::serve(rest(1));
    }
    if (args.size() >= 2 && verb == "psp" && args[1] == "run") {
        return sluice::app::psp_run(rest(2));
    }
    if (verb == "psp") {
        return sluice::app::psp(rest(1));
    }
    if (verb == "bill") {
        return sluice::app::bill(rest(1));
    }
    if (verb == "channel") {
        return sluice::app::channel(rest(1));
    }
    if (verb == "secrets") {
        return sluice::app::secrets(rest(1));
    }
    std::cerr << kUsage;
    return 2;
}
