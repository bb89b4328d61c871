#include "http/address_rule.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <span>
#include <sys/socket.h>

namespace sluice::http {
namespace {

struct Range4 {
    std::uint32_t network;
    int bits;
};

constexpr std::uint32_t ip(unsigned a, unsigned b, unsigned c, unsigned d) {
    return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

/// What the IANA registry of special addresses does not call globally reachable.
constexpr std::array kNotPublic{
    Range4{ip(0, 0, 0, 0), 8},
    Range4{ip(10, 0, 0, 0), 8},
    Range4{ip(100, 64, 0, 0), 10},
    Range4{ip(127, 0, 0, 0), 8},
    Range4{ip(169, 254, 0, 0), 16},
    Range4{ip(172, 16, 0, 0), 12},
    Range4{ip(192, 0, 0, 0), 24},
    Range4{ip(192, 0, 2, 0), 24},
    Range4{ip(192, 88, 99, 0), 24},
    Range4{ip(192, 168, 0, 0), 16},
    Range4{ip(198, 18, 0, 0), 15},
    Range4{ip(198, 51, 100, 0), 24},
    Range4{ip(203, 0, 113, 0), 24},
    Range4{ip(224, 0, 0, 0), 3},
};

bool lies_in(std::uint32_t address, const Range4& range) {
    return ((address ^ range.network) >> static_cast<unsigned>(32 - range.bits)) == 0;
}

bool is_reachable4(std::uint32_t address, Reachable reachable) {
    const bool is_here = lies_in(address, {ip(127, 0, 0, 0), 8});
    if (is_here) {
        return reachable == Reachable::public_and_this_machine;
    }
    return std::ranges::none_of(kNotPublic, [&](const Range4& range) {
        return lies_in(address, range);
    });
}

using Bytes6 = std::span<const std::uint8_t, 16>;

std::uint32_t ipv4_at(Bytes6 bytes, std::size_t at) {
    return ip(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

bool begins_with(Bytes6 bytes, std::initializer_list<std::uint8_t> prefix) {
    return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

bool is_reachable6(Bytes6 bytes, Reachable reachable) {
    constexpr std::array<std::uint8_t, 16> kHere{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    if (std::ranges::equal(bytes, kHere)) {
        return reachable == Reachable::public_and_this_machine;
    }
    if (begins_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}) ||
        begins_with(bytes, {0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) {
        return is_reachable4(ipv4_at(bytes, 12), reachable);
    }
    if (begins_with(bytes, {0x20, 0x02})) {
        return is_reachable4(ipv4_at(bytes, 2), reachable);
    }
    // Only 2000::/3 is given out, and of it not what is for documents, tunnels and tests.
    const bool is_given_out = (bytes[0] & 0xe0U) == 0x20;
    return is_given_out && !begins_with(bytes, {0x20, 0x01, 0x0d, 0xb8}) &&
           !(begins_with(bytes, {0x20, 0x01}) && bytes[2] < 2) && !begins_with(bytes, {0x3f, 0xff});
}

}  // namespace

bool is_reachable(const sockaddr& address, Reachable reachable) {
    if (reachable == Reachable::any) {
        return true;
    }
    if (address.sa_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, &address, sizeof in);
        return is_reachable4(ntohl(in.sin_addr.s_addr), reachable);
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 in{};
        std::memcpy(&in, &address, sizeof in);
        return is_reachable6(Bytes6(in.sin6_addr.s6_addr), reachable);
    }
    return false;
}

}  // namespace sluice::http
