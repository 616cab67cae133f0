// A table of an enum's names as artifacts, page and docs/metrics.md print them: the one place where
// a value and its name meet.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace specctl {

template <class Enum>
struct NamedValue {
  Enum value;
  std::string_view name;
};

// `Enum` has values from 0 on without a gap, and after the last one kEnd, which names nothing.
template <class Enum>
using NameTable = std::array<NamedValue<Enum>, static_cast<size_t>(Enum::kEnd)>;

// Whether each value stands at its own index, with a name that no other has.  Meant for a
// static_assert: a value that was added without a name does not compile.
template <class Enum>
constexpr bool NamesEach(const NameTable<Enum>& table) {
  for (size_t i = 0; i < table.size(); ++i) {
    if (static_cast<size_t>(table[i].value) != i || table[i].name.empty()) return false;
    for (size_t j = 0; j < i; ++j) {
      if (table[j].name == table[i].name) return false;
    }
  }
  return true;
}

}  // namespace specctl
