#pragma once

struct sockaddr;

namespace sluice::http {

/// Which addresses a client may connect to, whatever name led there.
enum class Reachable {
    any,
    public_only,              ///< nothing private, of this machine, of a link, or reserved
    public_and_this_machine,  ///< for tests and demonstrations
};

/// Judges an IPv4 or IPv6 address, also one that is wrapped in the other kind. Anything else is
/// reachable only where any address is. Pure.
[[nodiscard]] bool is_reachable(const sockaddr& address, Reachable reachable);

}  // namespace sluice::http
