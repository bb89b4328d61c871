// Values that every called function gets: made once, and the same for ever.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lua/vm.hpp"

namespace sluice::lua {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Vm> vm_with_prices() {
    Value record;
    record.set("price", 7);
    record.set("scenes", Value(ValueArray{Value("qr")}));
    VmSettings settings;
    settings.constants = {Value(ValueArray{record}), Value("second")};
    return std::move(Vm::create(std::move(settings))).value();
}

/// What a script that gets (argument, constants...) answers, or how it fails.
std::string answer_of(Vm& vm, const std::string& body) {
    const auto program = compile("test.lua", "return function(own, items, last) " + body + " end");
    EXPECT_TRUE(program.has_value()) << program.error().describe();
    const Value own(1);
    const auto answer = vm.call_frozen(**program, "", std::span(&own, 1));
    return answer ? to_json(*answer) : answer.error().message;
}

TEST(Constants, FollowTheArgumentsInEveryCall) {
    const auto vm = vm_with_prices();

    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(answer_of(*vm, "return { own, items[1].price, last }"), "[1,7,\"second\"]");
    }
}

TEST(Constants, CannotBeChangedByAnybody) {
    const auto vm = vm_with_prices();

    EXPECT_THAT(answer_of(*vm, "items[1].price = 8"), HasSubstr("cannot set 'price'"));
    EXPECT_THAT(answer_of(*vm, "items[1].scenes[1] = 'x'"), HasSubstr("cannot set '1'"));
    EXPECT_THAT(answer_of(*vm, "list.insert(items, 1)"), HasSubstr("cannot be changed"));
    EXPECT_EQ(answer_of(*vm, "return items"), "[{\"price\":7,\"scenes\":[\"qr\"]}]");
}

TEST(Constants, KeepTheLawOfRecords) {
    const auto vm = vm_with_prices();

    EXPECT_THAT(
        answer_of(*vm, "return items[1].prise"),
        HasSubstr("unknown field 'prise' - did you mean 'price'?")
    );
}

TEST(Constants, SayWhatAListCannotHold) {
    VmSettings settings;
    settings.constants = {Value(ValueArray{Value()})};

    const auto vm = Vm::create(std::move(settings));

    ASSERT_FALSE(vm.has_value());
    EXPECT_THAT(vm.error().message, HasSubstr("position 1 of a list from outside is null"));
}

}  // namespace
}  // namespace sluice::lua
