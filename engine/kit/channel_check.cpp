#include "kit/channel_check.hpp"

#include <algorithm>
#include <array>

#include "channel/payout_many.hpp"
#include "kit/outcome_table.hpp"
#include "kit/text_file.hpp"

namespace sluice::kit {
namespace {

using channel::Operation;

constexpr std::array kOperations{
    Operation::collect,
    Operation::query,
    Operation::close,
    Operation::refund,
    Operation::refund_query,
    Operation::payout,
    Operation::payout_query,
};

/// What the adapter can do and nothing proves.
std::vector<std::string> without_fixture(
    const channel::Adapter& adapter, const std::vector<Played>& fixtures
) {
    std::vector<std::string> wanted{"callback"};
    for (const Operation operation : kOperations) {
        if (adapter.can(operation)) {
            wanted.emplace_back(channel::to_string(operation));
        }
    }
    if (adapter.pays_many() != nullptr) {
        wanted.emplace_back(channel::kPayoutMany);
    }
    std::erase_if(wanted, [&](const std::string& operation) {
        return std::ranges::find(fixtures, operation, &Played::operation) != fixtures.end();
    });
    return wanted;
}

std::string joined(const std::vector<std::string>& sentences) {
    std::string text;
    for (const std::string& each : sentences) {
        text += (text.empty() ? "" : "; ") + each;
    }
    return text;
}

Value texts(const std::vector<std::string>& list) {
    return Value(ValueArray(list.begin(), list.end()));
}

}  // namespace

bool ChannelReport::is_sound() const {
    return problems.empty() && std::ranges::all_of(fixtures, [](const Played& each) {
               return each.differences.empty();
           });
}

std::string ChannelReport::describe() const {
    std::string text;
    std::size_t differing = 0;
    for (const Played& each : fixtures) {
        const bool is_right = each.differences.empty();
        differing += is_right ? 0 : 1;
        text += (is_right ? "ok      " : "DIFFERS ") + each.fixture;
        text += is_right ? "\n" : ": " + joined(each.differences) + "\n";
    }
    for (const std::string& problem : problems) {
        text += "WRONG   " + problem + "\n";
    }
    text += channel + ": " + std::to_string(fixtures.size()) + " fixtures, " +
            std::to_string(differing) + " differ, " + std::to_string(problems.size()) +
            " other problems\n";
    return text;
}

Value ChannelReport::to_value() const {
    ValueArray list;
    for (const Played& each : fixtures) {
        list.push_back(ValueObject{
            {"name", each.fixture},
            {"operation", each.operation},
            {"outcome", each.outcome},
            {"differences", texts(each.differences)},
        });
    }
    return ValueObject{
        {"channel", channel},
        {"sound", is_sound()},
        {"fixtures", std::move(list)},
        {"problems", texts(problems)},
    };
}

ChannelReport check_channel(const std::filesystem::path& folder) {
    ChannelReport report;
    report.channel = folder.filename().string();
    auto rehearsal = Rehearsal::open(folder);
    if (!rehearsal) {
        report.problems.push_back(rehearsal.error().message);
        return report;
    }
    for (const std::string& fixture : rehearsal->fixtures()) {
        report.fixtures.push_back(rehearsal->play(fixture));
    }
    for (const std::string& operation : without_fixture(rehearsal->adapter(), report.fixtures)) {
        report.problems.push_back("no fixture is of the operation " + operation);
    }
    const auto readme = read_text(folder / "README.md");
    if (!readme) {
        report.problems.push_back(readme.error().message);
        return report;
    }
    std::ranges::move(
        compare_table(outcome_table(*readme), report.fixtures), std::back_inserter(report.problems)
    );
    return report;
}

}  // namespace sluice::kit
