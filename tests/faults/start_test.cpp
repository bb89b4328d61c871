// A server with a script that does not fit says so in one line and does not start.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/process_child.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// A copy of the repository's scripts and adapters, and a server that is to start with it. Its
/// database cannot be reached: a server that comes so far tells that instead.
class Start : public ::testing::Test {
  protected:
    void SetUp() override {
        folder_ = fs::path(::testing::TempDir()) / ("sluice_start_" + std::to_string(getpid()));
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        for (const char* part : {"flows", "scripts", "channels", "db"}) {
            fs::copy(
                fs::path(SLUICE_SOURCE_DIR) / part, folder_ / part, fs::copy_options::recursive
            );
        }
        write_key(std::string(64, '3'));
        std::ofstream(folder_ / "sluice.toml")
            << "root = '" << folder_.string() << "'\n[http]\nlisten = \"127.0.0.1:0\"\n"
            << "[database]\nconninfo = \"host=" << folder_.string() << " dbname=none\"\n"
            << "[secrets]\nmaster_key_file = \"master.key\"\n"
            << "[[api_key]]\nkey = \"a-key-of-a-merchant-in-tests\"\nmerchant_id = \"m1\"\n";
    }
    void TearDown() override { fs::remove_all(folder_); }

    void write_key(const std::string& text, fs::perms mode = fs::perms::owner_read) const {
        const fs::path file = folder_ / "master.key";
        fs::remove(file);
        std::ofstream(file) << text;
        fs::permissions(file, mode);
    }

    void edit(const std::string& file, const std::string& from, const std::string& to) {
        std::string text = text_of(folder_ / file);
        const auto at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        std::ofstream(folder_ / file, std::ios::binary) << text.replace(at, from.size(), to);
    }

    /// What the server says before it ends by itself.
    std::string said_at_the_end() {
        ChildProcess server(
            {.arguments = {SLUICE_BINARY, "serve", "--config", folder_ / "sluice.toml"},
             .log = folder_ / "log"}
        );
        EXPECT_TRUE(eventually([&] { return !server.is_running(); })) << "the server started";
        return text_of(folder_ / "log");
    }

    fs::path folder_;
};

TEST_F(Start, GoesOnToTheDatabaseWithGoodScripts) {
    EXPECT_THAT(said_at_the_end(), AllOf(HasSubstr("sluice serve: "), Not(HasSubstr(".lua"))));
}

TEST_F(Start, EndsWithOneLineForAFlowWithAnUnknownVerb) {
    edit("flows/pay.lua", "pay:book()", "pay:bok()");

    const std::string said = said_at_the_end();

    EXPECT_THAT(
        said,
        AllOf(
            HasSubstr("sluice serve: flows/pay.lua, line 13: unknown field or method 'bok'"),
            HasSubstr("did you mean 'book'?")
        )
    );
    EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
}

TEST_F(Start, EndsWithOneLineForAPolicyWithAnotherAnswer) {
    edit("scripts/risk/risk.lua", "return { allowed = true }", "return { alowed = true }");

    EXPECT_THAT(
        said_at_the_end(),
        HasSubstr(
            "sluice serve: scripts/risk/risk.lua: policy 'risk' answered 'allowed' with nothing, "
            "wanted true or false"
        )
    );
}

TEST_F(Start, EndsWithOneLineForAMasterKeyThatIsMissingOrWrong) {
    const std::string file = (folder_ / "master.key").string();
    edit("sluice.toml", "master_key_file", "# master_key_file");
    EXPECT_EQ(
        said_at_the_end(),
        "sluice serve: secrets.master_key_file is missing, wanted a file with the master key "
        "(sluice secrets new-key FILE makes one), or SLUICE_MASTER_KEY\n"
    );
    edit("sluice.toml", "# master_key_file", "master_key_file");

    write_key("too-short");
    EXPECT_THAT(
        said_at_the_end(),
        EndsWith("\nsluice serve: secrets: a master key is 9 characters of something else, wanted "
                 "32 bytes, "
                 "as 64 hexadecimal characters or as base64\n")
    );

    write_key(std::string(64, '3'), fs::perms::owner_read | fs::perms::others_read);
    EXPECT_THAT(
        said_at_the_end(), HasSubstr("names the file " + file + ", whose mode is 404, wanted 600")
    );
}

TEST_F(Start, EndsWithOneLineForAnAdapterThatNoAccountUses) {
    edit("channels/wechatpay/adapter.lua", "query = {", "qery = {");

    EXPECT_THAT(
        said_at_the_end(),
        HasSubstr("sluice serve: adapter 'wechatpay': 'qery' is no channel operation")
    );
}

}  // namespace
}  // namespace sluice::testing
