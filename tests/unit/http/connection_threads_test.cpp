#include "http/connection_threads.hpp"

#include <latch>

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

TEST(ConnectionThreads, AreNotUnderPressureWhileAThreadOfTheirsStarts) {
    ConnectionThreads threads({.threads_max = 2, .name = "test"});
    std::latch end(1);

    for (int connection = 0; connection < 2; ++connection) {
        threads.run([&end] { end.wait(); });
        EXPECT_FALSE(threads.under_pressure()) << "connection " << connection;
    }

    end.count_down();
    threads.join();
}

TEST(ConnectionThreads, AreUnderPressureWhenAConnectionFindsNoThread) {
    ConnectionThreads threads({.threads_max = 1, .name = "test"});
    std::latch end(1);

    threads.run([&end] { end.wait(); });
    threads.run([] {});
    EXPECT_TRUE(threads.under_pressure());

    end.count_down();
    threads.join();
    EXPECT_FALSE(threads.under_pressure()) << "what waited has run";
}

}  // namespace
}  // namespace sluice::http
