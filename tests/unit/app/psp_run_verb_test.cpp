// `sluice psp run` as a tester types it, against something that listens.
#include "app/psp_run_verb.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/blocking.hpp"
#include "http/server.hpp"

namespace sluice::app {
namespace {

using ::testing::HasSubstr;

class PspRunVerb : public ::testing::Test {
  public:
    PspRunVerb(const PspRunVerb&) = delete;
    PspRunVerb& operator=(const PspRunVerb&) = delete;
    ~PspRunVerb() override {
        server_.stop();
        std::filesystem::remove(file_);
    }

  protected:
    PspRunVerb()
        : file_(
              std::filesystem::path(::testing::TempDir()) /
              ("psp_run_" + std::to_string(::getpid()) + ".lua")
          ),
          server_({}, http::blocking([](const http::Request& request) {
                      return http::Response{
                          .status = request.path == "/sim/funds" ? 200 : 404,
                          .headers = {},
                          .body = R"({"funds":[{"balance":7}]})"
                      };
                  })) {
        EXPECT_TRUE(server_.start().has_value());
    }

    int run(const std::string& source, std::vector<std::string> more = {}) {
        std::ofstream(file_) << source;
        std::vector<std::string> args{
            file_.string(), "--url", "http://127.0.0.1:" + std::to_string(server_.port())
        };
        args.insert(args.end(), more.begin(), more.end());
        ::testing::internal::CaptureStdout();
        ::testing::internal::CaptureStderr();
        const int status = psp_run(args);
        out_ = ::testing::internal::GetCapturedStdout();
        err_ = ::testing::internal::GetCapturedStderr();
        return status;
    }

    std::filesystem::path file_;
    http::Server server_;
    std::string out_;
    std::string err_;
};

TEST_F(PspRunVerb, PrintsWhatTheScriptSaysAndReturns) {
    EXPECT_EQ(run("psp.say('balance', psp.funds()[1].balance) return { ok = true }"), 0);

    EXPECT_EQ(out_, "balance 7\n{\"ok\":true}\n");
    EXPECT_EQ(err_, "");
}

TEST_F(PspRunVerb, ShowsAMistakeWithScriptAndLine) {
    EXPECT_EQ(run("-- nothing yet\npsp.rotate_keys('alipay')"), 1);

    EXPECT_THAT(err_, HasSubstr(file_.string() + ", line 2: the simulator refuses "));
    EXPECT_THAT(err_, HasSubstr(">    2 | psp.rotate_keys('alipay')"));
}

TEST_F(PspRunVerb, GivesAScriptItsTimeAndNoMore) {
    EXPECT_EQ(
        run("psp.wait_for('nothing', function() return false end, 30)", {"--seconds", "1"}), 1
    );
    EXPECT_THAT(
        err_, HasSubstr(", line 1: the script's time was over while it waited for nothing")
    );
}

TEST_F(PspRunVerb, RefusesWhatIsNoCommand) {
    EXPECT_EQ(run("return 1", {"--seconds", "0"}), 2);
    EXPECT_THAT(err_, HasSubstr("--seconds has '0', expected 1 to 3600"));
    EXPECT_EQ(run("return 1", {"--faster"}), 2);
    EXPECT_THAT(err_, HasSubstr("'--faster' is not understood"));

    ::testing::internal::CaptureStderr();
    EXPECT_EQ(psp_run(std::vector<std::string>{"/nowhere/a.lua"}), 2);
    EXPECT_THAT(
        ::testing::internal::GetCapturedStderr(), HasSubstr("cannot read the file /nowhere/a.lua")
    );
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(psp_run({}), 2);
    EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("no script is named"));
}

}  // namespace
}  // namespace sluice::app
