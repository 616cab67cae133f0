#include "common/net/http_head_text.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>

#include <optional>
#include <vector>

namespace specctl {
namespace {

constexpr size_t kStatusLineBytes = sizeof("HTTP/1.1 200") - 1;

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool IsSame(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(absl::string_view(a.data(), a.size()),
                                absl::string_view(b.data(), b.size()));
}

// One line of a head without its end; a name only where it is a field of its own.
struct HeadLine {
  std::string_view text, name, value;
};

HeadLine SplitLine(std::string_view text) {
  HeadLine line{.text = text, .name = {}, .value = {}};
  const size_t colon = text.find(':');
  const bool continues = text.starts_with(' ') || text.starts_with('\t');
  if (continues || colon == std::string_view::npos) return line;
  line.name = TrimBlanks(text.substr(0, colon));
  line.value = TrimBlanks(text.substr(colon + 1));
  return line;
}

std::vector<HeadLine> FieldLines(std::string_view text) {
  std::vector<HeadLine> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + (line.size() < text.size() ? 1 : 0));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(SplitLine(line));
  }
  return lines;
}

bool IsChunked(const std::vector<HeadLine>& lines) {
  for (const HeadLine& line : lines) {
    if (!IsSame(line.name, "transfer-encoding")) continue;
    const std::string_view last = TrimBlanks(line.value.substr(line.value.rfind(',') + 1));
    if (IsSame(last, "chunked")) return true;
  }
  return false;
}

// "5, 5", as an intermediary joins what was said twice, is 5.
std::string_view LengthSaid(std::string_view value) {
  const std::string_view first = TrimBlanks(value.substr(0, value.find(',')));
  std::string_view rest = value;
  while (true) {
    const std::string_view part = rest.substr(0, rest.find(','));
    if (TrimBlanks(part) != first) return value;
    if (part.size() == rest.size()) return first;
    rest.remove_prefix(part.size() + 1);
  }
}

}  // namespace

size_t HeadLength(std::string_view text) {
  for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    size_t next = at + 1;
    if (next < text.size() && text[next] == '\r') ++next;
    if (next < text.size() && text[next] == '\n') return next + 1;
  }
  return std::string_view::npos;
}

std::string PlainHead(std::string_view head) {
  std::string out;
  out.reserve(head.size() + 16);
  std::string_view status_line = head.substr(0, head.find('\n'));
  head.remove_prefix(status_line.size() + (status_line.size() < head.size() ? 1 : 0));
  if (status_line.ends_with('\r')) status_line.remove_suffix(1);
  out.append(status_line);
  // Beast requires the space before the reason even if there is no reason.
  if (status_line.starts_with("HTTP/1.") && status_line.size() == kStatusLineBytes) out += ' ';
  out.append("\r\n");
  const std::vector<HeadLine> lines = FieldLines(head);
  const bool chunked = IsChunked(lines);
  std::optional<std::string_view> length;
  for (const HeadLine& line : lines) {
    if (line.name.empty()) {
      out.append(line.text).append("\r\n");
      continue;
    }
    std::string_view value = line.value;
    // Means none, but Beast takes it for a coding that it doesn't know.
    if (IsSame(line.name, "transfer-encoding") && IsSame(value, "identity")) continue;
    if (IsSame(line.name, "content-length")) {
      if (chunked) continue;
      value = LengthSaid(value);
      if (length == value) continue;
      length = value;
    }
    out.append(line.name).append(": ").append(value).append("\r\n");
  }
  return out.append("\r\n");
}

}  // namespace specctl
