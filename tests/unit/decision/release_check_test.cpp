// Scripts that do not fit the program are told before anything real meets them.
#include "decision/release_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::decision {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Edit {
    const char* file;
    const char* from;
    const char* to;
};

/// What is told of the repository's scripts with one edit; an empty `from` replaces the whole file.
std::string told_of(const Edit& edit) {
    auto files = script::load_release(SLUICE_SOURCE_DIR).value()->files;
    std::string& source = files[edit.file];
    const std::string from = edit.from;
    const auto at = from.empty() ? 0 : source.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    source = from.empty() ? edit.to : source.replace(at, from.size(), edit.to);
    auto release = script::build_release(std::move(files));
    if (!release) {
        return release.error().message;
    }
    const auto checked = check_release(*release, Value());
    return checked ? "" : checked.error().message;
}

TEST(ReleaseCheck, PassesTheRepositorysScripts) {
    EXPECT_EQ(told_of({"scripts/risk/risk.lua", "title", "title"}), "");
}

TEST(ReleaseCheck, PassesThemWithTheCandidatesOfAConfiguration) {
    Value candidate;
    candidate.set("name", "main");
    candidate.set("channel", "wechatpay");
    candidate.set("merchant_id", "");
    candidate.set("method", "wechatpay");
    candidate.set("scenes", Value(ValueArray{Value("jsapi")}));
    // Nothing made up lies between these bounds: routing keeps no account for it.
    candidate.set("amount_min", Money{1, cny()});
    candidate.set("amount_max", Money{2, cny()});
    candidate.set("cost_basis_points", 38);
    candidate.set("payout_methods", Value(ValueArray{}));
    const auto release = script::load_release(SLUICE_SOURCE_DIR).value();

    const auto checked = check_release(release, Value(ValueArray{candidate}));

    EXPECT_TRUE(checked.has_value()) << checked.error().message;
}

struct Broken {
    const char* what;
    Edit edit;
    const char* where;
    const char* why;
};

class BrokenScript : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenScript, IsToldWithFileAndReason) {
    const std::string told = told_of(GetParam().edit);

    EXPECT_THAT(told, AllOf(HasSubstr(GetParam().where), HasSubstr(GetParam().why)));
}

const Broken kBroken[] = {
    {"syntax", {"flows/pay.lua", "return flow {", "return flow {{"}, "flows/pay.lua, line ", ""},
    {"unknown_verb_of_a_flow",
     {"flows/pay.lua", "pay:book()", "pay:bok()"},
     "flows/pay.lua, line 13",
     "did you mean 'book'?"},
    {"a_policy_that_remembers",
     {"scripts/routing/route.lua", "local kept,", "insert = nil\n    local kept,"},
     "scripts/routing/route.lua, line ",
     "a function assigns 'insert', a local of the file"},
    {"unknown_global_of_a_flow",
     {"flows/pay.lua", "policy.risk(pay)", "polcy.risk(pay)"},
     "flows/pay.lua, line 10",
     "unknown name 'polcy' - did you mean 'policy'?"},
    {"primitive_that_is_gone",
     {"scripts/lib/40_payment.lua", "kernel.settle()", "kernel.post {}"},
     "scripts/lib/40_payment.lua, line ",
     "kernel has no member 'post'"},
    {"primitive_on_the_way_back",
     {"scripts/lib/40_payment.lua", "kernel.release(instruction)", "kernel.relese(instruction)"},
     "scripts/lib/40_payment.lua, line ",
     "did you mean 'release'?"},
    {"primitive_after_a_close",
     {"scripts/lib/30_collect.lua", "kernel.conclude_absent(talk", "kernel.conclude_absnt(talk"},
     "scripts/lib/30_collect.lua, line ",
     "did you mean 'conclude_absent'?"},
    {"primitive_after_a_refused_capture",
     {"scripts/lib/30_collect.lua", "kernel.owe_back(", "kernel.owe("},
     "scripts/lib/30_collect.lua, line ",
     "kernel has no member 'owe'"},
    {"primitive_after_people_found_out",
     {"scripts/lib/25_task.lua", "kernel.resolve(event", "kernel.resolv(event"},
     "scripts/lib/25_task.lua, line ",
     "did you mean 'resolve'?"},
    {"verb_after_people_said_no",
     {"scripts/lib/25_task.lua", "NO_APPROVAL[verdict]", "NO_APROVAL[verdict]"},
     "when people say no)",
     "unknown name 'NO_APROVAL'"},
    {"approval_of_nobody_knows_whom",
     {"scripts/approval/payout_approval.lua", "role = \"finance\",", "rolle = \"finance\","},
     "",
     "answered without 'role'"},
    {"verb_after_a_limit_was_reached",
     {"scripts/lib/43_payout.lua", "taken.message", "taken.mesage"},
     "when the day's limit is reached)",
     "did you mean 'message'?"},
    {"limits_without_the_day",
     {"scripts/risk/payout_limits.lua", "day_begins   =", "day_start ="},
     "scripts/risk/payout_limits.lua: ",
     "answered 'day_begins' with nothing, wanted how many minutes"},
    {"argument_that_is_no_more",
     {"scripts/lib/30_collect.lua",
      "conclude_absent(talk.instruction)",
      "conclude_absent(talk.instruction, 60)"},
     "scripts/lib/30_collect.lua, line ",
     "conclude_absent takes no delay"},
    {"library_that_is_missing_a_verb",
     {"scripts/lib/50_flow.lua", "return { flow = flow, stage = stage }", "return { flow = flow }"},
     "flows/pay.lua, line ",
     "unknown name 'stage'"},
    {"stage_that_is_not_listed",
     {"flows/pay.lua", "\"settle\" },", "\"setle\" },"},
     "(flow 'pay', when the payer pays)",
     "stage 'settle' is none of the flow's: check, reserve, collect, setle"},
    {"flow_without_stages", {"flows/pay.lua", "stages  =", "stage_list ="}, "", "wants 'stages'"},
    {"flow_that_ends_too_soon",
     {"flows/pay.lua", "return pay:succeed()", "return pay"},
     "flows/pay.lua",
     "is still pending (flow 'pay', when the payer pays)"},
    {"flow_that_forgets_to_book",
     {"flows/pay.lua", "; pay:book()", ""},
     "(flow 'pay', when the payer pays)",
     "a payment cannot succeed before it is booked: pay:book() comes first"},
    {"policy_of_no_name",
     {"scripts/lib/20_policy.lua", "\"risk\"", "\"risks\""},
     "",
     "policy 'risks' is not in the live release"},
    {"policy_without_decide",
     {"scripts/risk/risk.lua", "decide =", "decides ="},
     "scripts/risk/risk.lua",
     "'decide' must be a function of this script"},
    {"policy_with_a_fact_nobody_gives",
     {"scripts/risk/risk.lua", "facts.amount >", "facts.amout >"},
     "scripts/risk/risk.lua, line 8",
     "unknown field 'amout' - did you mean 'amount'?"},
    {"policy_that_wants_more_than_the_verb_gives",
     {"scripts/lib/20_policy.lua", "method = leg.method, ", ""},
     "scripts/routing/route.lua, line ",
     "unknown field 'method'"},
    {"policy_with_another_shape",
     {"scripts/risk/risk.lua", "", "return { decide = function() return { ok = true } end }"},
     "scripts/risk/risk.lua: ",
     "policy 'risk' answered 'allowed' with nothing, wanted true or false"},
    {"policy_that_names_no_candidate",
     {"scripts/routing/route.lua", "name = candidate.name, channel", "name = 'else', channel"},
     "scripts/routing/route.lua: ",
     "wanted 'name' and 'channel' of a candidate: dry-run"},
    {"policy_that_changes_a_candidate",
     {"scripts/routing/route.lua", "local why\n", "local why\n candidate.cost_basis_points = 0\n"},
     "scripts/routing/route.lua, line ",
     "cannot set 'cost_basis_points'"},
};

INSTANTIATE_TEST_SUITE_P(
    ReleaseCheck,
    BrokenScript,
    ::testing::ValuesIn(kBroken),
    [](const auto& tried) { return std::string(tried.param.what); }
);

}  // namespace
}  // namespace sluice::decision
