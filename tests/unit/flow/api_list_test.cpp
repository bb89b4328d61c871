// The lists in scripts/api are what authors read; they must be what exists.
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/lua_api/kernel_api.hpp"
#include "lua/vm.hpp"

namespace sluice::flow {
namespace {

using Names = std::set<std::string>;

std::string api_file(const std::string& name) {
    std::ifstream in(std::string(SLUICE_SOURCE_DIR) + "/scripts/api/" + name);
    EXPECT_TRUE(in.good()) << name;
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The members of `table` that the file annotates, functions and constants.
Names annotated(const std::string& source, const std::string& table) {
    const std::regex member("(^|\\n)(function )?" + table + "\\.([a-z_]+)");
    Names names;
    for (std::sregex_iterator it(source.begin(), source.end(), member), end; it != end; ++it) {
        names.insert((*it)[3]);
    }
    return names;
}

/// What a script without libraries returns.
Value result_of(const std::string& source) {
    auto program = lua::compile("test.lua", source);
    EXPECT_TRUE(program.has_value()) << program.error().describe();
    auto vm = lua::Vm::create({});
    EXPECT_TRUE(vm.has_value());
    auto result = (*vm)->call_frozen(**program, "", {});
    EXPECT_TRUE(result.has_value()) << result.error().describe();
    return result.value_or(Value{});
}

Names members_of(const std::string& table) {
    const Value listed = result_of(
        "return function() local names = {} for name in pairs(" + table +
        ") do list.insert(names, name) end return names end"
    );
    Names names;
    for (const auto& name : *listed.as_array()) {
        names.insert(*name.as_text());
    }
    return names;
}

TEST(KernelList, HasEveryRegisteredFunctionAndNoOther) {
    const KernelSeat seat;
    Names registered;
    for (const auto& [name, function] : kernel_api(seat).functions) {
        EXPECT_TRUE(registered.insert(name).second) << name << " is registered twice";
    }

    EXPECT_EQ(annotated(api_file("kernel.lua"), "kernel"), registered);
}

TEST(KernelList, SaysOfEveryFunctionWhetherItWaitsAndWhatIsJournaled) {
    const std::string source = api_file("kernel.lua");
    const std::regex function("\\n\\n((--[^\\n]*\\n)+)function kernel\\.([a-z_]+)");
    std::size_t described = 0;
    for (std::sregex_iterator it(source.begin(), source.end(), function), end; it != end; ++it) {
        ++described;
        EXPECT_TRUE(std::regex_search((*it)[1].str(), std::regex("Never waits|WAITS"))) << (*it)[3];
        EXPECT_TRUE(std::regex_search((*it)[1].str(), std::regex("[Jj]ournaled"))) << (*it)[3];
    }

    EXPECT_EQ(described, annotated(source, "kernel").size());
}

TEST(BuiltinList, HasEveryMemberOfTheLibrariesAndNoOther) {
    const std::string source = api_file("builtins.lua");

    for (const char* table : {"list", "text", "math"}) {
        EXPECT_EQ(annotated(source, table), members_of(table)) << table;
    }
}

TEST(BuiltinList, NamesOnlyFunctionsThatExist) {
    const std::string source = api_file("builtins.lua");
    const std::regex function("\\nfunction ([a-z]+)\\(");
    Names names;
    for (std::sregex_iterator it(source.begin(), source.end(), function), end; it != end; ++it) {
        names.insert((*it)[1]);
    }

    EXPECT_THAT(names, ::testing::IsSupersetOf({"fail", "attempt", "money", "object", "mistake"}));
    for (const auto& name : names) {
        EXPECT_EQ(result_of("return function() return type(" + name + ") end"), Value("function"));
    }
}

}  // namespace
}  // namespace sluice::flow
