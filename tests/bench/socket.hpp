#pragma once

#include <cstdint>
#include <string>

namespace sluice::bench {

/// Owns one file descriptor. Moves, never copies.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;

    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] bool is_open() const { return number_ >= 0; }

  private:
    int number_ = -1;
};

/// A non-blocking TCP socket that is connecting to the loopback port; closed on failure.
[[nodiscard]] Descriptor connect_loopback(std::uint16_t port);
/// A non-blocking listener on the loopback address; port 0 takes a free one.
[[nodiscard]] Descriptor listen_loopback(std::uint16_t port);
[[nodiscard]] std::uint16_t port_of(const Descriptor& listener);
/// The next waiting connection, non-blocking; closed when there is none.
[[nodiscard]] Descriptor accept_one(const Descriptor& listener);

/// What one transfer of bytes came to.
enum class Transfer { progressed, would_block, ended };

/// Appends what has arrived to `buffer`.
[[nodiscard]] Transfer receive_some(const Descriptor& socket, std::string& buffer);
/// Sends from the front of `buffer` and removes what was taken.
[[nodiscard]] Transfer send_some(const Descriptor& socket, std::string& buffer);

}  // namespace sluice::bench
