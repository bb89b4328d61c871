#include "kit/scaffold.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/registry.hpp"
#include "kit/channel_check.hpp"
#include "unit/kit/scaffolded.hpp"

namespace sluice::kit::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t entries_in(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator{})
    );
}

TEST(Scaffold, LoadsAndAllThatIsRecordedOfItIsReadAsItsTableSays) {
    const Scaffolded scaffolded;

    const ChannelReport report = check_channel(scaffolded.toy());

    EXPECT_TRUE(report.is_sound()) << report.describe();
    EXPECT_GT(report.fixtures.size(), 20U);
    EXPECT_EQ(report.channel, "toy");
}

TEST(Scaffold, IsNamedByItsAuthorThroughout) {
    const Scaffolded scaffolded;

    for (const TemplateFile& file : template_files()) {
        const std::string text = scaffolded.text_of(std::string(file.path));
        EXPECT_THAT(text, Not(HasSubstr("CHANNEL_NAME"))) << file.path;
    }
    EXPECT_THAT(scaffolded.text_of("adapter.lua"), HasSubstr("name = \"toy\""));
}

TEST(Scaffold, LeavesNothingBesideTheChannel) {
    const Scaffolded scaffolded;

    EXPECT_EQ(entries_in(scaffolded.channels()), 1U);
}

TEST(Scaffold, IsRefusedForANameThatNoChannelMayHave) {
    const Scaffolded scaffolded;
    for (const std::string& name :
         {std::string(),
          std::string("Toy"),
          std::string("../toy"),
          std::string("9toy"),
          std::string("to y"),
          std::string(".toy"),
          std::string("券"),
          std::string(41, 'a')}) {
        const auto made = scaffold_channel(scaffolded.channels(), name);

        ASSERT_FALSE(made) << name;
        EXPECT_EQ(made.error().code, ErrorCode::invalid);
        EXPECT_THAT(made.error().message, HasSubstr("wanted 1 to 40 of a-z, 0-9, '_' and '-'"));
    }
    EXPECT_EQ(entries_in(scaffolded.channels()), 1U);
}

TEST(Scaffold, IsRefusedWhereAChannelIsAlready) {
    const Scaffolded scaffolded;
    scaffolded.write("adapter.lua", "mine");

    const auto made = scaffold_channel(scaffolded.channels(), "toy");

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::conflict);
    EXPECT_THAT(made.error().message, HasSubstr("channels/toy exists already"));
    EXPECT_EQ(scaffolded.text_of("adapter.lua"), "mine");
}

TEST(Scaffold, IsRefusedWhereAFileIsInItsWay) {
    const Scaffolded scaffolded;
    fs::create_symlink("nowhere", scaffolded.channels() / "other");

    const auto made = scaffold_channel(scaffolded.channels(), "other");

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::conflict);
    EXPECT_EQ(entries_in(scaffolded.channels()), 2U);
}

TEST(Scaffold, IsRefusedWithoutAFolderOfChannels) {
    const Scaffolded scaffolded;

    const auto made = scaffold_channel(scaffolded.toy() / "channels", "new");

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::not_found);
    EXPECT_THAT(made.error().message, HasSubstr("toy/channels, wanted the one that holds"));
}

TEST(Scaffold, IsRefusedWhereNobodyMayWrite) {
    // Not even root makes a folder there.
    const auto made = scaffold_channel("/proc/self", "toy");

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::refused);
    EXPECT_THAT(made.error().message, HasSubstr("the folder /proc/self cannot be written: "));
}

}  // namespace
}  // namespace sluice::kit::testing
