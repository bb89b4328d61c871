#include "app/adapter_reload.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/channel/channel_world.hpp"

namespace sluice::app {
namespace {

namespace fs = std::filesystem;
using channel::AdapterFiles;
using channel::RegistryPtr;
using channel::testing::generous_adapter;
using channel::testing::toy_adapter;
using channel::testing::toy_registry;
using channel::testing::toy_script;
using gateway::AdapterChange;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Why `after` may not follow the generous toy; "" when it may.
std::string refusal_of(const AdapterFiles& after) {
    const auto fits = check_succession(*toy_registry(generous_adapter()), *toy_registry(after));
    return fits ? "" : fits.error().message;
}

TEST(AdapterSuccession, KeepsWhatMoneyUnderWayMayStillNeed) {
    struct Row {
        const char* from;
        const char* to;
        const char* lost;
    };
    for (const Row& row : {
             Row{R"(scenes = { "qr" })", R"(scenes = { "jsapi" })", "the scene 'qr'"},
             Row{R"(currencies = { "CNY" })", R"(currencies = { "HKD" })", "the currency 'CNY'"},
             Row{"amount_max_minor = 1000000",
                 "amount_max_minor = 999999",
                 "amounts from 1 to 1000000"},
             Row{R"(methods = { "bank_card" })",
                 R"(methods = { "iban" })",
                 "the method of payouts 'bank_card'"},
             Row{"amount_min_minor = 100", "amount_min_minor = 101", "payouts from 100 to 500000"},
         }) {
        EXPECT_EQ(
            refusal_of(generous_adapter(row.from, row.to)),
            "adapter 'toy' does not fit the channel account 'one': " + std::string(row.lost) +
                " would be gone, which money under way may still need"
        );
    }
    EXPECT_THAT(refusal_of(toy_adapter()), HasSubstr("the operation refund would be gone"));
}

TEST(AdapterSuccession, MayAddAndRepair) {
    EXPECT_EQ(refusal_of(generous_adapter()), "");
    EXPECT_EQ(
        refusal_of(generous_adapter(R"(scenes = { "qr" })", R"(scenes = { "jsapi", "qr" })")), ""
    );
    EXPECT_EQ(
        refusal_of(generous_adapter("amount_max_minor = 1000000", "amount_max_minor = 2000000")), ""
    );
}

TEST(AdapterSuccession, KeepsTheMerchantOfEveryAccount) {
    AdapterFiles other = generous_adapter();
    const auto at = other.form.find(R"("merchant": "merchant")");
    ASSERT_NE(at, std::string::npos);
    other.form.replace(at, 22, R"("merchant": "base_url")");

    EXPECT_EQ(
        refusal_of(other),
        "adapter 'toy' does not fit the channel account 'one': its merchant would be "
        "'https://pay.toy.example', wanted 'M1' as before"
    );
}

TEST(AdapterSuccession, TellsWhatBecameOfEachChannel) {
    const RegistryPtr before = toy_registry(toy_adapter());
    const RegistryPtr same = channel::Registry::build(before->adapters(), {}).value();
    const RegistryPtr changed = toy_registry(toy_adapter(toy_script("玩具", "玩意")));
    const RegistryPtr none = channel::Registry::build(std::vector<AdapterFiles>{}, {}).value();
    const auto change = [](const RegistryPtr& from, const RegistryPtr& to) {
        const auto list = changes_between(*from, *to);
        EXPECT_THAT(list, SizeIs(1));
        return list.front().change;
    };

    EXPECT_EQ(change(before, same), AdapterChange::unchanged);
    EXPECT_EQ(change(before, changed), AdapterChange::changed);
    EXPECT_EQ(change(none, before), AdapterChange::added);
    EXPECT_EQ(change(before, none), AdapterChange::removed);
    const auto told = changes_between(*none, *changed).front();
    EXPECT_EQ(told.name, "toy");
    EXPECT_EQ(told.title_zh, "玩意");
    EXPECT_EQ(told.digest.size(), 64U);
}

/// A folder of channels with the toy in it. Gone with this object.
class ToyFolder {
  public:
    ToyFolder() {
        std::string folder = (fs::temp_directory_path() / "sluice-toys-XXXXXX").string();
        EXPECT_NE(::mkdtemp(folder.data()), nullptr);
        folder_ = folder;
        write("toy", toy_adapter());
    }
    ~ToyFolder() { fs::remove_all(folder_); }
    ToyFolder(const ToyFolder&) = delete;
    ToyFolder& operator=(const ToyFolder&) = delete;

    void write(const std::string& name, const AdapterFiles& files) const {
        fs::create_directory(folder_ / name);
        std::ofstream(folder_ / name / "adapter.lua") << files.script;
        std::ofstream(folder_ / name / "form.json") << files.form;
    }
    [[nodiscard]] const fs::path& path() const { return folder_; }

  private:
    fs::path folder_;
};

TEST(AdaptersReadAgain, AreTheSameObjectsWhereNothingChanged) {
    const ToyFolder folder;
    const RegistryPtr before = toy_registry(toy_adapter());

    const auto same = read_adapters_again(folder.path(), *before);
    folder.write("toy", toy_adapter(toy_script("玩具", "玩意")));
    const auto changed = read_adapters_again(folder.path(), *before);

    ASSERT_TRUE(same && changed);
    EXPECT_EQ(same->front(), before->find_adapter("toy"));
    EXPECT_NE(changed->front(), before->find_adapter("toy"));
    EXPECT_EQ(changed->front()->title_zh, "玩意");
}

TEST(AdaptersReadAgain, NameFileAndLineOfTheFirstMistake) {
    const ToyFolder folder;
    folder.write("toy", toy_adapter(toy_script("local function read", "local function 7")));

    const auto read = read_adapters_again(folder.path(), *toy_registry(toy_adapter()));

    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("channels/toy/adapter.lua"));
    EXPECT_THAT(read.error().message, HasSubstr("line 6"));
}

TEST(AdaptersReadAgain, AreNotThoseThatAreStillBeingWritten) {
    const ToyFolder folder;
    folder.write(".new-a1b2c3", toy_adapter());

    const auto read = read_adapters_again(folder.path(), *toy_registry(toy_adapter()));

    ASSERT_TRUE(read) << read.error().message;
    EXPECT_THAT(*read, SizeIs(1));
}

TEST(AdaptersReadAgain, HaveNamesThatMayStandInAnAddress) {
    const ToyFolder folder;
    folder.write("Toy box", toy_adapter(toy_script("\"toy\"", "\"Toy box\"")));

    const auto read = read_adapters_again(folder.path(), *toy_registry(toy_adapter()));

    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("the channel's name is 'Toy box', wanted 1 to 40"));
}

}  // namespace
}  // namespace sluice::app
