// What names a field of a RunSpec where it is stored and where it is printed.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

namespace specctl {

struct SpecField {
  // Not in run.json's `spec`, which has it at another place and in another form.
  static constexpr std::string_view kApart = "-";

  std::string_view stored;             // its name in specctl.v1
  std::string_view printed = {};       // its key in run.json; empty: the same, with _s for _ns
  std::string_view no = {}, yes = {};  // of a flag, what run.json calls false and true
};

template <class Spec, class T>
concept SpecOf = std::same_as<std::remove_const_t<Spec>, T>;

// The field of one alternative of a variant.
template <class T>
struct AlternativeField : SpecField {
  using Alternative = T;
};

}  // namespace specctl
