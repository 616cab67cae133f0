#include "common/analysis/failure_table.h"

#include <algorithm>

namespace specctl {
namespace {

// "http://a:8000: connection refused" is "connection refused".
std::string_view WithoutUrl(std::string_view error) {
  // The cause's text names the target already.
  if (!error.starts_with("http://") && !error.starts_with("https://")) return error;
  const size_t end = error.find(": ");
  return end == std::string_view::npos ? error : error.substr(end + 2);
}

// Runs of digits, and words with one, as one sign.
std::string WithoutNumbers(std::string_view text) {
  const auto is_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  std::string out;
  while (!text.empty()) {
    size_t length = 0;
    bool digit = false;
    while (length < text.size() && is_word(text[length])) {
      digit |= text[length] >= '0' && text[length] <= '9';
      ++length;
    }
    if (length == 0) {
      out += text.front();
      length = 1;
    } else {
      // Ports, times and ids differ in each failure; the cause is the same.
      out += digit ? "#" : text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace

void FailureTable::AddFailure(const std::string& text, std::string_view error) {
  std::string_view reason = WithoutUrl(error);
  Key key(text, WithoutNumbers(reason));
  size_t& reasons = reasons_[text];
  // A server may word each failure anew: beyond the bounds a cause is without its reason.
  if (!causes_.contains(key) && (causes_.size() >= kCausesMax || reasons >= kReasonsMax)) {
    key.second.clear();
    reason = {};
  }
  const auto [cause, added] = causes_.try_emplace(std::move(key));
  if (added) {
    // The first failure's words, numbers and all, stand for the cause.
    cause->second = {.text = text, .reason = std::string(reason)};
    ++reasons;
  }
  ++cause->second.requests;
}

std::vector<FailureCause> FailureTable::Causes() const {
  std::vector<FailureCause> causes;
  causes.reserve(causes_.size());
  for (const auto& [key, cause] : causes_) causes.push_back(cause);
  // Stable on a sorted map: equal counts keep one order in every run of the fold.
  std::stable_sort(causes.begin(), causes.end(), [](const FailureCause& a, const FailureCause& b) {
    return a.requests > b.requests;
  });
  return causes;
}

}  // namespace specctl
