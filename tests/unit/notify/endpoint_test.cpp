#include "notify/endpoint.hpp"

#include <gtest/gtest.h>

namespace sluice::notify {
namespace {

TEST(EndpointUrl, IsHttps) {
    for (const char* url :
         {"https://shop.example.com",
          "https://shop.example.com:8443/hooks?x=1",
          "https://10.0.0.7/hooks",
          "https://[2001:db8::7]:443/a%20b",
          "https://h?x=@"}) {
        EXPECT_EQ(find_url_fault(url, PlainHttp::never), std::nullopt) << url;
    }
}

TEST(EndpointUrl, IsRefusedWithItsReason) {
    struct Case {
        std::string url;
        const char* reason;
    };
    const std::vector<Case> cases = {
        {"https://" + std::string(2'048, 'h'), "bytes"},
        {"https://shop example.com", "character"},
        {"https://shop.example.com/\xc3\xa9", "character"},
        {"ftp://shop.example.com", "scheme"},
        {"shop.example.com", "scheme"},
        {"HTTPS://shop.example.com", "scheme"},
        {"https://shop.example.com/#top", "fragment"},
        {"https://user@shop.example.com/", "user"},
        {"https://user:secret@shop.example.com/", "user"},
        {"https:///hooks", "host"},
        {"https://:443/hooks", "host"},
        {"https://shop.example.com:/", "host"},
        {"https://shop.example.com:123456/", "host"},
        {"https://[2001:db8::7/", "host"},
        {"http://shop.example.com/", "encrypted"},
        {"http://127.0.0.1/", "encrypted"},
    };
    for (const Case& one : cases) {
        const auto fault = find_url_fault(one.url, PlainHttp::never);

        ASSERT_TRUE(fault.has_value()) << one.url;
        EXPECT_NE(fault->find(one.reason), std::string::npos) << one.url << ": " << *fault;
    }
}

TEST(EndpointUrl, MayBePlainToThisMachineWhereThatIsAllowed) {
    for (const char* url : {"http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:1/x"}) {
        EXPECT_EQ(find_url_fault(url, PlainHttp::to_this_machine), std::nullopt) << url;
    }
    for (const char* url :
         {"http://shop.example.com/", "http://127.0.0.1.example.com/", "http://10.0.0.7/"}) {
        EXPECT_NE(find_url_fault(url, PlainHttp::to_this_machine), std::nullopt) << url;
    }
}

}  // namespace
}  // namespace sluice::notify
