#pragma once

#include <ostream>
#include <utility>

namespace sluice {

/// A value that must not reach a log, an error or an answer: it prints stars, and `reveal()` is
/// the only door.
template <class T>
class Secret {
  public:
    Secret() = default;
    explicit Secret(T value) : value_(std::move(value)) {}

    [[nodiscard]] const T& reveal() const { return value_; }

    friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "***"; }
    friend bool operator==(const Secret&, const Secret&) = default;

  private:
    T value_{};
};

}  // namespace sluice
