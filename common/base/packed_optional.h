// PackedOptional: std::optional of a number in the room of the number, for values that are kept by
// the million.
#pragma once

#include <concepts>
#include <limits>
#include <optional>

namespace specctl {

// Reads as std::optional<T> does, and converts from and to it.  One number stands for absence: the
// largest T, or the least of a signed one; that number itself is kept as its neighbour, so that
// what is there never reads as absent.
template <std::integral T>
class PackedOptional {
 public:
  constexpr PackedOptional() = default;
  constexpr PackedOptional(std::nullopt_t) {}  // NOLINT: converts, as std::optional does
  constexpr PackedOptional(T value) : number_(value == kAbsent ? kNeighbour : value) {}  // NOLINT
  constexpr PackedOptional(const std::optional<T>& value)                                // NOLINT
      : PackedOptional(value ? PackedOptional(*value) : PackedOptional()) {}

  constexpr operator std::optional<T>() const {  // NOLINT
    return has_value() ? std::optional<T>(number_) : std::nullopt;
  }
  constexpr explicit operator bool() const { return has_value(); }
  constexpr bool has_value() const { return number_ != kAbsent; }
  constexpr T operator*() const { return number_; }  // requires has_value()
  constexpr T value_or(T other) const { return has_value() ? number_ : other; }
  friend constexpr bool operator==(const PackedOptional&, const PackedOptional&) = default;

 private:
  using Limits = std::numeric_limits<T>;
  static constexpr T kAbsent = std::signed_integral<T> ? Limits::min() : Limits::max();
  static constexpr T kNeighbour = std::signed_integral<T> ? kAbsent + 1 : kAbsent - 1;

  T number_ = kAbsent;
};

}  // namespace specctl
