#include "db/private_server.hpp"

#include <cstdlib>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "db/connection.hpp"

namespace sluice::db {
namespace {

namespace fs = std::filesystem;

class OwnServer : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = "/tmp/sluice-own-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        // Parents must be open to the user that the server runs as.
        ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);
    }
    void TearDown() override {
        if (server_) {
            const Result<void> stopped = server_->stop();
            EXPECT_TRUE(stopped.has_value()) << stopped.error().message;
        }
        std::error_code problem;
        fs::remove_all(folder_, problem);
    }

    [[nodiscard]] PrivateServerSettings settings(const fs::path& data_dir) const {
        return {
            .data_dir = data_dir,
            .shared_buffers = "16MB",
            .max_wal_size = "64MB",
            .connections_max = 20,
            .durability = Durability::durable,
            .start_timeout = std::chrono::seconds(60),
        };
    }
    void given_running(const fs::path& data_dir) {
        Result<PrivateServer> server = PrivateServer::start(settings(data_dir));
        ASSERT_TRUE(server.has_value()) << server.error().message;
        server_ = std::move(*server);
    }
    std::string refusal(const fs::path& data_dir) {
        const Result<PrivateServer> server = PrivateServer::start(settings(data_dir));
        return server ? "started" : server.error().message;
    }
    static std::string answer(const std::string& conninfo, const std::string& sql) {
        Result<Connection> connection = Connection::open(conninfo);
        return connection ? std::string((*connection->run(sql))[0].text(0))
                          : connection.error().message;
    }

    fs::path folder_;
    std::optional<PrivateServer> server_;
};

TEST_F(OwnServer, StartsIsAdoptedStopsAndStartsAgainWithItsData) {
    given_running(folder_ / "data");
    EXPECT_FALSE(server_->was_running());
    EXPECT_EQ(answer(server_->conninfo(), "SELECT current_database()"), "sluice");
    answer(server_->conninfo(), "CREATE TABLE kept AS SELECT 7 AS n; SELECT 1");

    Result<PrivateServer> second = PrivateServer::start(settings(folder_ / "data"));
    ASSERT_TRUE(second.has_value()) << second.error().message;
    EXPECT_TRUE(second->was_running());

    ASSERT_TRUE(second->stop().has_value());
    EXPECT_TRUE(second->stop().has_value()) << "stopping twice is fine";
    EXPECT_FALSE(Connection::open(server_->conninfo()).has_value());

    given_running(folder_ / "data");
    EXPECT_FALSE(server_->was_running());
    EXPECT_EQ(answer(server_->conninfo(), "SELECT n FROM kept"), "7");
}

TEST_F(OwnServer, KeepsCommitsThroughAPowerCutAndListensToNobodyElse) {
    given_running(folder_ / "data");

    for (const char* setting : {"fsync", "synchronous_commit", "full_page_writes"}) {
        EXPECT_EQ(answer(server_->conninfo(), std::string("SHOW ") + setting), "on") << setting;
    }
    EXPECT_EQ(answer(server_->conninfo(), "SHOW listen_addresses"), "");
    EXPECT_EQ(answer(server_->conninfo(), "SHOW shared_buffers"), "16MB");
    EXPECT_EQ(answer(server_->conninfo(), "SHOW server_encoding"), "UTF8");
    struct stat status{};
    ASSERT_EQ(stat((folder_ / "data/socket").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700U);
}

TEST_F(OwnServer, StartsOverAPidFileThatAnotherProgramInherited) {
    given_running(folder_ / "data");
    ASSERT_TRUE(server_->stop().has_value());
    std::ofstream(folder_ / "data/cluster/postmaster.pid") << getpid() << "\n";

    given_running(folder_ / "data");

    EXPECT_FALSE(server_->was_running());
    EXPECT_EQ(answer(server_->conninfo(), "SELECT 1"), "1");
}

TEST_F(OwnServer, FindsAPlaceForItsSocketBelowALongPath) {
    const fs::path deep = folder_ / std::string(60, 'a') / std::string(60, 'b');

    given_running(deep);

    EXPECT_EQ(server_->conninfo().find(deep.string()), std::string::npos);
    EXPECT_EQ(answer(server_->conninfo(), "SELECT 1"), "1");
}

TEST_F(OwnServer, NeverTakesOverAFolderOfSomebodyElse) {
    std::ofstream(folder_ / "letter.txt") << "mine";

    EXPECT_NE(
        refusal(folder_).find("is not empty and holds no database of sluice"), std::string::npos
    );
    EXPECT_FALSE(fs::exists(folder_ / "cluster"));
}

TEST_F(OwnServer, SaysWhichParentItsUserMayNotEnter) {
    if (geteuid() != 0) {
        // Only root hands the folder to another user; an ordinary one meets a closed folder itself.
        ASSERT_EQ(chmod(folder_.c_str(), 0), 0);
        EXPECT_NE(refusal(folder_ / "data").find("data"), std::string::npos);
        ASSERT_EQ(chmod(folder_.c_str(), 0700), 0);
        return;
    }
    ASSERT_EQ(chmod(folder_.c_str(), 0700), 0);

    const std::string message = refusal(folder_ / "data");

    EXPECT_NE(message.find("lies below " + folder_.string()), std::string::npos) << message;
    EXPECT_NE(message.find("may not enter"), std::string::npos) << message;
}

TEST_F(OwnServer, SaysInOneLineWhyPostgresqlDoesNotStart) {
    given_running(folder_ / "data");
    ASSERT_TRUE(server_->stop().has_value());
    std::ofstream(folder_ / "data/cluster/postgresql.conf", std::ios::app) << "colour = blue\n";

    const std::string message = refusal(folder_ / "data");

    EXPECT_NE(message.find("does not start"), std::string::npos) << message;
    EXPECT_NE(message.find("server.log"), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

TEST_F(OwnServer, NeedsAFolderName) {
    EXPECT_NE(refusal("").find("data_dir is empty"), std::string::npos);
}

}  // namespace
}  // namespace sluice::db
