#include "common/prometheus/exposition.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include <absl/strings/escaping.h>
#include <absl/strings/str_format.h>
#include <simdjson.h>

namespace specctl {
namespace {

constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }
constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool IsUtf8(std::string_view text) {
  const auto is_ascii = [](char c) { return static_cast<uint8_t>(c) < 0x80; };
  return std::all_of(text.begin(), text.end(), is_ascii) ||
         simdjson::validate_utf8(text.data(), text.size());
}

// Reads one line from the left.
class Cursor {
 public:
  explicit Cursor(std::string_view line) : rest_(line) {}

  std::string_view rest() const { return rest_; }
  bool AtEnd() const { return rest_.empty(); }
  bool At(char c) const { return !rest_.empty() && rest_.front() == c; }
  void SkipBlanks() {
    while (!rest_.empty() && IsBlank(rest_.front())) rest_.remove_prefix(1);
  }
  bool TakeChar(char c) {
    if (!At(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // A bare label name, or with `colons` a metric's; empty where there is none.
  std::string_view TakeName(bool colons) {
    size_t length = 0;
    for (; length < rest_.size(); ++length) {
      const char c = rest_[length];
      const bool fits = IsLetter(c) || (colons && c == ':') || (length > 0 && IsDigit(c));
      if (!fits) break;
    }
    const std::string_view name = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return name;
  }
  // The text between quotes, escapes and all; nullopt where there is no such text in UTF-8.
  std::optional<std::string_view> TakeQuoted() {
    if (!At('"')) return std::nullopt;
    size_t end = 1;
    // An escape takes the next character with it, a quote included.
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size()) return std::nullopt;
    const std::string_view text = rest_.substr(1, end - 1);
    if (!IsUtf8(text)) return std::nullopt;
    rest_.remove_prefix(end + 1);
    return text;
  }
  // A number and the blanks around it; nullopt, and nothing taken but blanks, where there is none.
  std::optional<double> TakeNumber() {
    SkipBlanks();
    size_t length = 0;
    while (length < rest_.size() && !IsBlank(rest_[length])) ++length;
    std::string_view word = rest_.substr(0, length);
    // from_chars knows NaN and Inf in any case, but no plus sign.
    if (word.size() > 1 && word[0] == '+' && word[1] != '-') word.remove_prefix(1);
    double value = 0;
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, value);
    // All of the word: "1x" is not a number.
    if (error != std::errc() || stop != end) return std::nullopt;
    rest_.remove_prefix(length);
    SkipBlanks();
    return value;
  }

 private:
  std::string_view rest_;
};

// What a line should have had where its cursor stands; empty: nothing is amiss.
using Need = std::string_view;

// One element between braces, escapes and all.
struct RawLabel {
  std::string_view name, value;
  bool is_metric_name = false;  // a quoted text without a value
};

Need ReadLabel(Cursor& cursor, RawLabel& label) {
  label = RawLabel{};
  const bool quoted = cursor.At('"');
  if (quoted) {
    const auto name = cursor.TakeQuoted();
    if (!name) return "a quoted name in UTF-8";
    label.name = *name;
  } else {
    label.name = cursor.TakeName(/*colons=*/false);
  }
  if (label.name.empty()) return "a label's name";
  cursor.SkipBlanks();
  if (!cursor.TakeChar('=')) {
    label.is_metric_name = true;
    return quoted ? Need() : Need("'=' after a label's name");
  }
  cursor.SkipBlanks();
  const auto value = cursor.TakeQuoted();
  if (!value) return "a label's value, quoted and in UTF-8";
  label.value = *value;
  return {};
}

// Reads from behind '{' to behind '}'.
template <class Visit>
Need ReadLabels(Cursor& cursor, Visit visit) {
  RawLabel label;
  cursor.SkipBlanks();
  while (!cursor.TakeChar('}')) {
    if (const Need need = ReadLabel(cursor, label); !need.empty()) return need;
    if (const Need need = visit(label); !need.empty()) return need;
    cursor.SkipBlanks();
    if (!cursor.TakeChar(',') && !cursor.At('}')) return "',' or '}' after a label";
    cursor.SkipBlanks();
  }
  return {};
}

Need ReadExemplar(Cursor& cursor) {
  cursor.SkipBlanks();
  if (!cursor.TakeChar('{')) return "'{' of an exemplar";
  const auto check = [](const RawLabel& label) {
    return label.is_metric_name ? Need("'=' after a label's name") : Need();
  };
  if (const Need need = ReadLabels(cursor, check); !need.empty()) return need;
  if (!cursor.TakeNumber()) return "an exemplar's value";
  if (!cursor.AtEnd() && !cursor.TakeNumber()) return "an exemplar's timestamp";
  return {};
}

// `sample.name` is left as exposed.
Need ReadSample(Cursor& cursor, SampleView& sample) {
  const std::string_view line = cursor.rest();
  sample.name = cursor.TakeName(/*colons=*/true);
  if (sample.name.empty() && !cursor.At('{')) return "a metric's name";
  cursor.SkipBlanks();
  sample.series_text = sample.name;
  if (cursor.TakeChar('{')) {
    const auto take_name = [&](const RawLabel& label) {
      if (!label.is_metric_name) return Need();
      // A second name.
      if (!sample.name.empty()) return Need("'=' after a label's name");
      sample.name = label.name;
      return Need();
    };
    if (const Need need = ReadLabels(cursor, take_name); !need.empty()) return need;
    if (sample.name.empty()) return "a metric's name before or between the braces";
    sample.series_text = line.substr(0, line.size() - cursor.rest().size());
  } else if (cursor.rest().size() + sample.name.size() == line.size()) {
    return "a blank or '{' after the metric's name";
  }
  const auto value = cursor.TakeNumber();
  if (!value) return "a value";
  sample.value = *value;
  if (!cursor.AtEnd() && !cursor.At('#') && !cursor.TakeNumber()) return "a timestamp";
  if (cursor.TakeChar('#')) {
    if (const Need need = ReadExemplar(cursor); !need.empty()) return need;
  }
  return cursor.AtEnd() ? Need() : Need("the end of the line");
}

// An escape that is not known stays as it is, as Prometheus has it.
void AppendUnescaped(std::string_view raw, std::string& out) {
  for (size_t i = 0; i < raw.size(); ++i) {
    const char next = raw[i] == '\\' && i + 1 < raw.size() ? raw[i + 1] : '\0';
    if (next == '\\' || next == '"' || next == 'n') {
      out += next == 'n' ? '\n' : next;
      ++i;
    } else {
      out += raw[i];
    }
  }
}

std::string Unescaped(std::string_view raw) {
  std::string text;
  AppendUnescaped(raw, text);
  return text;
}

absl::Status BadLine(size_t number, Need need, std::string_view rest) {
  constexpr size_t kShownMax = 40;
  // Escaped: a server's bytes go to the terminal.
  const std::string got =
      rest.empty()
          ? "the end of the line"
          : "\"" + absl::CHexEscape({rest.data(), std::min(rest.size(), kShownMax)}) + "\"";
  return absl::InvalidArgumentError(absl::StrFormat("line %d: need %s, got %s", number, need, got));
}

}  // namespace

MetricLabels SampleView::Labels() const {
  MetricLabels labels;
  const size_t brace = series_text.find('{');
  if (brace == std::string_view::npos) return labels;
  Cursor cursor(series_text.substr(brace + 1));
  ReadLabels(cursor, [&](const RawLabel& label) {
    if (!label.is_metric_name) labels.emplace_back(Unescaped(label.name), Unescaped(label.value));
    return Need();
  });
  return labels;
}

absl::Status ForEachSample(std::string_view text,
                           absl::FunctionRef<void(const SampleView& sample)> visit) {
  // Hardly any name has an escape; one buffer serves those that do.
  std::string unescaped_name;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t length = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    // Some exporters end lines with CR LF.
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    Cursor cursor(line);
    cursor.SkipBlanks();
    // HELP, TYPE and EOF tell nothing that the profiles of engines do not.
    if (cursor.AtEnd() || cursor.At('#')) continue;
    SampleView sample;
    const Need need = ReadSample(cursor, sample);
    if (!need.empty()) return BadLine(number, need, cursor.rest());
    if (sample.name.find('\\') != std::string_view::npos) {
      unescaped_name.clear();
      AppendUnescaped(sample.name, unescaped_name);
      sample.name = unescaped_name;
    }
    visit(sample);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<MetricSample>> ParseExposition(std::string_view text) {
  std::vector<MetricSample> samples;
  const absl::Status status = ForEachSample(text, [&](const SampleView& sample) {
    samples.push_back({std::string(sample.name), sample.Labels(), sample.value});
  });
  if (!status.ok()) return status;
  return samples;
}

}  // namespace specctl
