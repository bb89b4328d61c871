// Scenes of which nothing is sent, and libraries that an adapter builds on.
#include <future>

#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/exchange.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

constexpr std::string_view kScenes = "scenes = { \"qr\" }";
constexpr std::string_view kHandedOver =
    "scenes = { \"qr\", \"page\" }, handed_over = { \"page\" }";
constexpr std::string_view kCollect = "collect = operation,";
constexpr std::string_view kHandsOver = R"(collect = {
      resend = "idempotent", request = ask, response = read,
      hand_over = function(instruction)
        return { type = "redirect", url = "https://pay.toy.example/" .. instruction.number }
      end,
    },)";

/// The toy with these two replacements in its script.
AdapterFiles toy_with(std::string_view scenes, std::string_view collect) {
    AdapterFiles files = toy_adapter(toy_script(kScenes, scenes));
    const std::size_t at = files.script.find(kCollect);
    EXPECT_NE(at, std::string::npos);
    files.script.replace(at, kCollect.size(), collect);
    return files;
}

/// What the exchange reports of a collect in this scene, and how many requests it sent.
struct Collected {
    ExchangeReport report;
    int sent = 0;
};

Collected collect(const std::string& scene) {
    ManualClock clock{Time{}};
    std::promise<ExchangeReport> reported;
    int sent = 0;
    Exchange exchange({
        .registry = toy_registry(toy_with(kHandedOver, kHandsOver)),
        .sink = [&](ExchangeReport report) { reported.set_value(std::move(report)); },
        .clock = clock,
        .send =
            [&](const http::ClientRequest&, const http::ClientDone& done) {
                ++sent;
                done(http::Response{200, {}, R"({"kind":"pending"})"});
            },
    });
    ExchangeOrder order = toy_order();
    order.instruction.scene = scene;
    EXPECT_TRUE(exchange.submit(order));
    ExchangeReport report = reported.get_future().get();
    return {std::move(report), sent};
}

TEST(HandOver, SendsNothingAndGivesThePayerWhatToTakeThere) {
    const Collected page = collect("page");

    EXPECT_EQ(page.sent, 0);
    EXPECT_EQ(page.report.outcome.kind, payment::OutcomeKind::pending);
    EXPECT_EQ(
        page.report.outcome.next_action.text_or_empty("url"),
        "https://pay.toy.example/01KDXW2E8B5F7M9Q3T6V8X0Z2C"
    );
}

TEST(HandOver, IsForTheDeclaredScenesOnly) {
    EXPECT_EQ(collect("qr").sent, 1);
    const Collected unknown = collect("barcode");
    EXPECT_EQ(unknown.sent, 0);
    EXPECT_EQ(unknown.report.outcome.kind, payment::OutcomeKind::config);
}

TEST(HandOver, IsRefusedWhereItIsHalfDeclared) {
    const auto without_function = make_adapter(toy_with(kHandedOver, kCollect));
    const auto without_scene =
        make_adapter(toy_with("scenes = { \"qr\" }, handed_over = { \"page\" }", kHandsOver));

    ASSERT_FALSE(without_function.has_value());
    EXPECT_NE(without_function.error().message.find("hand_over"), std::string::npos);
    ASSERT_FALSE(without_scene.has_value());
    EXPECT_NE(without_scene.error().message.find("no scene"), std::string::npos);
}

TEST(AdapterLibraries, GiveTheScriptWhatTheyReturnInTheirOrder) {
    AdapterFiles files = toy_adapter(toy_script("path = \"/ask\"", "path = SECOND"));
    files.libraries = {
        {"10_first.lua", "return { FIRST = \"/first\" }"},
        {"20_second.lua", "return { SECOND = FIRST .. \"/second\" }"}
    };
    const RegistryPtr registry = toy_registry(files);
    AdapterHost host(registry->find_adapter("toy"));

    const auto request =
        host.build(toy_order(), *registry->find_account({"toy", "one"}), {Time{}, "nonce"});

    ASSERT_TRUE(request.has_value()) << request.error().message;
    EXPECT_EQ(request->url, "https://pay.toy.example/first/second");
}

TEST(AdapterLibraries, AreNamedWhenTheyAreWrong) {
    AdapterFiles files = toy_adapter();
    files.libraries = {{"10_first.lua", "\nreturn nothing_of_that_name"}};

    const auto adapter = make_adapter(files);

    ASSERT_FALSE(adapter.has_value());
    EXPECT_NE(adapter.error().message.find("10_first.lua"), std::string::npos)
        << adapter.error().message;
}

}  // namespace
}  // namespace sluice::channel::testing
