#include "gateway/idempotency.hpp"

#include <gtest/gtest.h>

#include "json/json.hpp"

namespace sluice::gateway {
namespace {

Hash128 hash_of(std::string_view body) { return hash_request("order", *json::parse(body)); }

TEST(RequestHash, IsOfTheBodyWithItsMembersInTheOrderOfTheirNames) {
    // Stored with every order: it may never change.
    EXPECT_EQ(
        hash_of(R"({"b":[{"d":1.5,"c":"x"},null,[]],"a":{},"$m":{"$money":[7,"CNY"]}})"),
        hash128("order\n"
                R"({"$m":{"$money":[7,"CNY"]},"a":{},"b":[{"c":"x","d":1.5},null,[]]})")
    );
}

TEST(RequestHash, IsTheSameForEverySpellingOfABody) {
    EXPECT_EQ(
        hash_of(R"({"a":1,"b":{"c":2,"d":"\u0041"}})"), hash_of(R"({"b":{"d":"A","c":2}, "a":1})")
    );
}

TEST(RequestHash, DiffersByValueAddressAndTheOrderOfAList) {
    const Hash128 hash = hash_of(R"({"a":[1,2]})");

    EXPECT_FALSE(hash == hash_of(R"({"a":[2,1]})"));
    EXPECT_FALSE(hash == hash_of(R"({"a":[1,3]})"));
    EXPECT_FALSE(hash == hash_request("other", *json::parse(R"({"a":[1,2]})")));
}

}  // namespace
}  // namespace sluice::gateway
