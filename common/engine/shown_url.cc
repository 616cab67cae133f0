#include "common/engine/shown_url.h"

#include "common/engine/one_line.h"

namespace specctl {
namespace {

constexpr size_t kUrlBytesMax = 200;

}  // namespace

std::string ShownUrl(std::string_view url) {
  const size_t scheme = url.find("//");
  if (scheme == std::string_view::npos) return OneLine(url, kUrlBytesMax);
  const size_t begin = scheme + 2;
  const std::string_view authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  const size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return OneLine(url, kUrlBytesMax);
  std::string text(url.substr(0, begin));
  text.append(url.substr(begin + at + 1));
  return OneLine(text, kUrlBytesMax);
}

}  // namespace specctl
