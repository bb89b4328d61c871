// Where the master keys come from.
#include "unit/config/settings_file.hpp"

namespace sluice::config {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile =
    "[secrets]\nmaster_key_file = 'master.key'\nold_master_key_files = ['old.key']\n";

class MasterKeys : public SettingsFile {
  protected:
    void SetUp() override {
        SettingsFile::SetUp();
        write("master.key", "current\n");
        write("old.key", "old\n");
        for (const char* name : {"master.key", "old.key"}) {
            fs::permissions(folder_ / name, fs::perms::owner_read);
        }
    }
};

TEST_F(MasterKeys, ComeFromFilesThatOnlyTheOwnerReads) {
    const auto settings = load_text(kFile);

    ASSERT_TRUE(settings) << settings.error().message;
    EXPECT_EQ(settings->secrets.master_key.reveal(), "current");
    ASSERT_EQ(settings->secrets.old_master_keys.size(), 1U);
    EXPECT_EQ(settings->secrets.old_master_keys[0].reveal(), "old");
}

TEST_F(MasterKeys, ComeFromTheEnvironmentFirst) {
    const auto settings =
        load_text(kFile, {{"SLUICE_MASTER_KEY", "given"}, {"SLUICE_OLD_MASTER_KEYS", "one,two"}});

    ASSERT_TRUE(settings) << settings.error().message;
    EXPECT_EQ(settings->secrets.master_key.reveal(), "given");
    EXPECT_EQ(settings->secrets.old_master_keys.size(), 3U);
    EXPECT_EQ(settings->secrets.old_master_keys[1].reveal(), "two");
}

TEST_F(MasterKeys, MayBeAbsentForVerbsThatNeedNone) {
    const auto settings = load_text("");

    ASSERT_TRUE(settings) << settings.error().message;
    EXPECT_EQ(settings->secrets.master_key.reveal(), "");
}

TEST_F(MasterKeys, AreRefusedWhenOthersMayReadThem) {
    fs::permissions(folder_ / "master.key", fs::perms::owner_read | fs::perms::group_read);

    EXPECT_EQ(
        refusal(kFile),
        "sluice.toml: secrets.master_key_file names the file " + (folder_ / "master.key").string() +
            ", whose mode is 440, wanted 600: nobody else may read it"
    );
}

TEST_F(MasterKeys, AreRefusedWhenTheirFileIsMissing) {
    fs::remove(folder_ / "old.key");

    EXPECT_EQ(
        refusal(kFile),
        "sluice.toml: secrets.old_master_key_files names the file " +
            (folder_ / "old.key").string() +
            ", wanted one that can be read and has 1 byte to 64 KiB"
    );
}

}  // namespace
}  // namespace sluice::config
