#include "notify/filter.hpp"

#include <string>

#include <gtest/gtest.h>

namespace sluice::notify {
namespace {

TEST(EventFilter, IsAllOneKindOrOneType) {
    for (const char* text : {"*", "payment.*", "payment.succeeded", "task.needs_people"}) {
        EXPECT_TRUE(is_filter(text)) << text;
    }
}

TEST(EventFilter, IsNothingElse) {
    const std::string long_one = "payment." + std::string(57, 'a');
    for (const std::string& text :
         {std::string(""),
          std::string("payment"),
          std::string("payment."),
          std::string(".*"),
          std::string("*.succeeded"),
          std::string("**"),
          std::string("payment.suc*"),
          std::string("Payment.succeeded"),
          std::string("payment.succeeded "),
          std::string("payment.a.b"),
          std::string("payment.*,refund.*"),
          long_one}) {
        EXPECT_FALSE(is_filter(text)) << text;
    }
}

}  // namespace
}  // namespace sluice::notify
