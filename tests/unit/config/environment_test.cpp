#include "config/environment.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "unit/config/settings_file.hpp"

namespace sluice::config {
namespace {

class EnvironmentOfAServer : public SettingsFile {
  protected:
    static constexpr const char* kFile =
        "[http]\nlisten = \"127.0.0.1:9000\"\n[database]\nconninfo = \"host=file\"\n"
        "data_dir = \"of_the_file\"\n[node]\nlog_level = \"warn\"\n";

    [[nodiscard]] std::string refusal_of(const TextMap& environment) const {
        const auto settings = load_text(kFile, environment);
        return settings ? "accepted" : settings.error().message;
    }
};

TEST_F(EnvironmentOfAServer, WinsOverTheFile) {
    const auto settings = load_text(
        kFile,
        {{"SLUICE_LISTEN", "0.0.0.0:80"},
         {"SLUICE_DATABASE_CONNINFO", "host=environment"},
         {"SLUICE_DATA_DIR", "/var/lib/sluice"},
         {"SLUICE_LOG_LEVEL", "debug"}}
    );

    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    EXPECT_EQ(settings->http.host, "0.0.0.0");
    EXPECT_EQ(settings->http.port, 80);
    EXPECT_EQ(settings->database.conninfo.reveal(), "host=environment");
    EXPECT_EQ(settings->database.data_dir, "/var/lib/sluice");
    EXPECT_EQ(settings->node.log_level, "debug");
    EXPECT_TRUE(settings->warnings.empty());
}

TEST_F(EnvironmentOfAServer, ARelativeFolderIsThatOfTheProcess) {
    const auto settings = load_text(kFile, {{"SLUICE_DATA_DIR", "here"}});

    ASSERT_TRUE(settings.has_value());
    EXPECT_EQ(settings->database.data_dir, std::filesystem::current_path() / "here");
}

TEST_F(EnvironmentOfAServer, AnEmptyVariableIsAsGoodAsNone) {
    const auto settings = load_text(
        kFile, {{"SLUICE_LISTEN", ""}, {"SLUICE_DATABASE_CONNINFO", ""}, {"SLUICE_LOG_LEVEL", ""}}
    );

    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    EXPECT_EQ(settings->http.port, 9000);
    EXPECT_EQ(settings->database.conninfo.reveal(), "host=file");
    EXPECT_EQ(settings->node.log_level, "warn");
}

TEST_F(EnvironmentOfAServer, AWrongValueNamesTheVariable) {
    EXPECT_EQ(
        refusal_of({{"SLUICE_LISTEN", "8080"}}),
        "environment: SLUICE_LISTEN is \"8080\", wanted HOST:PORT like 127.0.0.1:8080 or "
        "[::1]:8080, the port 0 to 65535"
    );
    EXPECT_EQ(
        refusal_of({{"SLUICE_LOG_LEVEL", "loud"}}),
        "environment: SLUICE_LOG_LEVEL is \"loud\", wanted one of debug, info, warn, error"
    );
}

TEST_F(EnvironmentOfAServer, AMistypedNameIsRefusedWithoutItsValue) {
    EXPECT_EQ(
        refusal_of({{"SLUICE_DATABASE_CONINFO", "password=hidden"}}),
        "environment: SLUICE_DATABASE_CONINFO is not known - did you mean "
        "'SLUICE_DATABASE_CONNINFO'?"
    );
}

TEST_F(EnvironmentOfAServer, AnotherNameIsIgnoredWithAWarning) {
    const auto settings = load_text(kFile, {{"SLUICE_COLOUR", "blue"}});

    ASSERT_TRUE(settings.has_value());
    const std::vector<std::string> expected{"environment: SLUICE_COLOUR is not known"};
    EXPECT_EQ(settings->warnings, expected);
}

TEST_F(EnvironmentOfAServer, IsReadFromTheProcessByItsPrefix) {
    ASSERT_EQ(setenv("SLUICE_LISTEN", "127.0.0.1:1=2", 1), 0);
    const TextMap environment = read_environment();
    unsetenv("SLUICE_LISTEN");

    ASSERT_TRUE(environment.contains("SLUICE_LISTEN"));
    EXPECT_EQ(environment.at("SLUICE_LISTEN"), "127.0.0.1:1=2");
    EXPECT_FALSE(environment.contains("PATH"));
}

}  // namespace
}  // namespace sluice::config
