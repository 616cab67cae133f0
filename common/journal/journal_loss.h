// What of a journal file is no whole record, and so is in no figure.
#pragma once

#include <cstdint>
#include <vector>

namespace specctl {

// A stretch of the file that holds no whole record, with a whole one right behind it.
struct DamagedStretch {
  uint64_t offset = 0, bytes = 0;
  bool operator==(const DamagedStretch&) const = default;
};

struct JournalDamage {
  static constexpr size_t kNamedMax = 8;
  uint64_t stretches = 0, bytes = 0;  // all of them
  std::vector<DamagedStretch> first;  // the first kNamedMax, in the file's order

  void AddStretch(const DamagedStretch& stretch) {
    ++stretches;
    bytes += stretch.bytes;
    if (first.size() < kNamedMax) first.push_back(stretch);
  }
};

struct JournalLoss {
  uint64_t torn_bytes = 0;  // behind the last whole record
  JournalDamage damage;     // before it
};

}  // namespace specctl
