// SliceValues: texts of requests that these are sliced by, e.g. of a response header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace specctl {

// Numbers the values in the order in which they appear, so that a request keeps a byte of it.
class SliceValues {
 public:
  // What has more values, e.g. an id of each request, can't slice anything.
  static constexpr size_t kValuesMax = 64;

  // From 1 on; 0: `value` is empty.  All values beyond kValuesMax have one number.
  uint8_t NumberOf(std::string_view value);
  std::string_view ValueOf(uint8_t number) const { return values_[number - 1]; }

 private:
  std::vector<std::string> values_;  // one more than kValuesMax at most
};

}  // namespace specctl
