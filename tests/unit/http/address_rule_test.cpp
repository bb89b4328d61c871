#include "http/address_rule.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "http/client.hpp"
#include "unit/http/raw_socket.hpp"

namespace sluice::http {
namespace {

bool reaches(const std::string& text, Reachable reachable) {
    sockaddr_storage storage{};
    if (text.find(':') == std::string::npos) {
        sockaddr_in in{};
        in.sin_family = AF_INET;
        EXPECT_EQ(::inet_pton(AF_INET, text.c_str(), &in.sin_addr), 1) << text;
        std::memcpy(&storage, &in, sizeof in);
    } else {
        sockaddr_in6 in{};
        in.sin6_family = AF_INET6;
        EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), &in.sin6_addr), 1) << text;
        std::memcpy(&storage, &in, sizeof in);
    }
    return is_reachable(reinterpret_cast<const sockaddr&>(storage), reachable);
}

TEST(AddressRule, LetsPublicAddressesPass) {
    for (const char* text :
         {"1.1.1.1",
          "8.8.8.8",
          "172.15.255.255",
          "172.32.0.1",
          "100.63.0.1",
          "223.255.255.254",
          "2606:4700::1111",
          "::ffff:8.8.8.8",
          "64:ff9b::8.8.8.8"}) {
        EXPECT_TRUE(reaches(text, Reachable::public_only)) << text;
    }
}

TEST(AddressRule, KeepsFromEverythingElse) {
    for (const char* text :
         {"0.0.0.0",
          "10.0.0.1",
          "100.64.0.1",
          "127.0.0.1",
          "127.255.0.1",
          "169.254.169.254",
          "172.16.0.1",
          "172.31.255.255",
          "192.0.0.1",
          "192.0.2.1",
          "192.168.1.1",
          "198.18.0.1",
          "198.51.100.1",
          "203.0.113.1",
          "224.0.0.1",
          "255.255.255.255",
          "::",
          "::1",
          "fe80::1",
          "fc00::1",
          "fd00::1",
          "ff02::1",
          "2001:db8::1",
          "2001::1",
          "::ffff:10.0.0.1",
          "::ffff:127.0.0.1",
          "64:ff9b::10.0.0.1",
          "2002:0a00:0001::1",
          "::127.0.0.1",
          "3fff::1"}) {
        EXPECT_FALSE(reaches(text, Reachable::public_only)) << text;
    }
}

TEST(AddressRule, MayLetThisMachinePassAndNothingMore) {
    for (const char* text : {"127.0.0.1", "::1", "8.8.8.8"}) {
        EXPECT_TRUE(reaches(text, Reachable::public_and_this_machine)) << text;
    }
    for (const char* text : {"10.0.0.1", "169.254.169.254", "fd00::1"}) {
        EXPECT_FALSE(reaches(text, Reachable::public_and_this_machine)) << text;
    }
    EXPECT_TRUE(reaches("10.0.0.1", Reachable::any));
}

TEST(HttpClientAddress, IsJudgedAfterTheNameWasLookedUp) {
    const testing::RawListener listener;
    const std::string port = std::to_string(listener.port());
    for (const std::string& host : {std::string("127.0.0.1"), std::string("localhost")}) {
        Client client({.reachable = Reachable::public_only});

        const auto result = fetch(
            client, {.method = "POST", .url = "http://" + host + ":" + port + "/", .body = "x"}
        );

        ASSERT_FALSE(result.has_value()) << host;
        EXPECT_EQ(result.error().code, "address") << result.error().message;
        EXPECT_EQ(result.error().stage, FailureStage::not_sent);
    }
}

}  // namespace
}  // namespace sluice::http
