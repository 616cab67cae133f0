#include "common/compare/replies.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/report/number_text.h"
#include "common/stats/shares.h"
#include "common/stats/spread.h"

namespace specctl {
namespace {

// Both sides of it fit into a terminal's line.
constexpr size_t kAroundCharacters = 30;

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Bytes from the first one that begins a character at or before `at`.
size_t BeginOfCharacter(std::string_view text, size_t at) {
  while (at > 0 && at < text.size() && ContinuesCharacter(text[at])) --at;
  return std::min(at, text.size());
}

uint64_t CharactersIn(std::string_view text) {
  return static_cast<uint64_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !ContinuesCharacter(c); }));
}

// So many characters before and behind `at`.
std::string Around(std::string_view text, size_t at) {
  size_t begin = at, end = at;
  for (size_t i = 0; i < kAroundCharacters && begin > 0; ++i)
    begin = BeginOfCharacter(text, begin - 1);
  for (size_t i = 0; i < kAroundCharacters && end < text.size(); ++i) {
    do {
      ++end;
    } while (end < text.size() && ContinuesCharacter(text[end]));
  }
  return (begin > 0 ? "..." : "") + std::string(text.substr(begin, end - begin)) +
         (end < text.size() ? "..." : "");
}

ReplyDifference DifferenceIn(const Reply& a, const Reply& b) {
  const auto parts = std::mismatch(a.text.begin(), a.text.end(), b.text.begin(), b.text.end());
  size_t at = static_cast<size_t>(parts.first - a.text.begin());
  // Where one ends, or within a character, the character's begin is the same in both.
  at = at < a.text.size() ? BeginOfCharacter(a.text, at) : BeginOfCharacter(b.text, at);
  return {.question_id = a.question_id,
          .turn = a.turn,
          .at_character = CharactersIn(std::string_view(a.text).substr(0, at)) + 1,
          .a = Around(a.text, at),
          .b = Around(b.text, at)};
}

auto KeyOfReply(const Reply& reply) { return std::tie(reply.question_id, reply.turn); }

// Goes over the answers that both have, in the order of questions and turns.
template <class Visit>
void ForEachPair(const RunSample& a, const RunSample& b, const Visit& visit) {
  auto of_b = b.replies.begin();
  for (const Reply& reply : a.replies) {
    while (of_b != b.replies.end() && KeyOfReply(*of_b) < KeyOfReply(reply)) ++of_b;
    // Both are sorted by question and turn: one pass over each is enough.
    if (of_b == b.replies.end()) return;
    if (KeyOfReply(*of_b) == KeyOfReply(reply)) visit(reply, *of_b);
  }
}

bool HasTexts(const RunSample& sample) { return sample.results.spec.save_text; }

bool IsGreedy(const RunSample& sample) {
  // Unset is the server's default, which is hardly ever 0.
  return sample.results.spec.request.temperature == std::optional(0.0);
}

std::string ShareOf(const ReplyMatch& match) {
  return absl::StrFormat("%s (%s of %s)", ShareText(match.share.value), CountText(match.differing),
                         CountText(match.compared));
}

// A revision that can't be told is taken for the same.
bool SameDataset(const DatasetIdentity& a, const DatasetIdentity& b) {
  return a.sha256.empty() || b.sha256.empty() || a.sha256 == b.sha256;
}

bool SameQuestionsAsked(const RequestSpec& a, const RequestSpec& b) {
  return a.osl_tokens == b.osl_tokens && a.ignore_eos == b.ignore_eos &&
         a.extra_inputs_json == b.extra_inputs_json && a.endpoint == b.endpoint &&
         a.model_mix == b.model_mix;
}

// Why even one server would answer otherwise the second time; empty: it should not.
std::string WhyOtherAnswers(const RunSample& a, const RunSample& b) {
  if (!IsGreedy(a) || !IsGreedy(b)) {
    return "the temperature is not 0 in both: even equal servers then answer differently";
  }
  const RunSpec &of_a = a.results.spec, &of_b = b.results.spec;
  if (!SameDataset(of_a.dataset, of_b.dataset)) {
    return "the datasets differ: one question's id may stand for two prompts";
  }
  if (!SameQuestionsAsked(of_a.request, of_b.request)) {
    return "the requests differ: match --osl, --ignore-eos, --extra-inputs, --endpoint and "
           "--model-mix";
  }
  return "";
}

Measured MeasuredShare(const ReplyMatch& match) {
  return {.value = match.share.value,
          .spread = SpreadOfInterval(match.share.value,
                                     {.low = match.share.low, .high = match.share.high})};
}

}  // namespace

std::optional<ReplyMatch> MatchReplies(const RunSample& a, const RunSample& b) {
  ReplyMatch match;
  std::vector<uint64_t> parted_at;
  const bool texts = HasTexts(a) && HasTexts(b);
  // Its later turns have prompts that differ; replies are sorted, so one question is enough.
  std::string_view parted;  // the question whose answers differ already
  ForEachPair(a, b, [&](const Reply& of_a, const Reply& of_b) {
    if (of_a.turn > 0 && parted == of_a.question_id) return;
    // Neither came to its answer: nothing is seen of whether they would agree.
    if (!of_a.output_hash && !of_b.output_hash) return;
    ++match.compared;
    // Hashes are in every journal; texts only where the user asked for them.
    if (of_a.output_hash == of_b.output_hash) return;
    ++match.differing;
    parted = of_a.question_id;
    if (!texts) return;
    const ReplyDifference difference = DifferenceIn(of_a, of_b);
    parted_at.push_back(difference.at_character);
    // Strictly earlier: among equals the first by question and turn stays.
    if (!match.first || difference.at_character < match.first->at_character) {
      match.first = difference;
    }
  });
  if (match.compared == 0) return std::nullopt;
  const Interval share = WilsonInterval(match.differing, match.compared, kZ975);
  match.share = {.value = share.value, .low = share.low, .high = share.high};
  if (!parted_at.empty()) {
    std::sort(parted_at.begin(), parted_at.end());
    // The lower of the middle two: a character that exists.
    match.median_character = parted_at[(parted_at.size() - 1) / 2];
  }
  return match;
}

ReplyComparison CompareReplies(const RunSample& a, const RunSample& b, const RunSample* floor) {
  ReplyComparison replies;
  replies.why_not = WhyOtherAnswers(a, b);
  if (!replies.why_not.empty()) return replies;
  replies.match = MatchReplies(a, b);
  if (!replies.match) {
    replies.why_not = "the runs have no answered question in common";
    return replies;
  }
  if (floor != nullptr) replies.floor = MatchReplies(a, *floor);
  if (!replies.floor) return replies;
  // Both shares contain A, so they are not independent; if anything, the interval is too wide.
  const Measured excess =
      DifferenceOf(MeasuredShare(*replies.floor), MeasuredShare(*replies.match));
  replies.excess = {.value = excess.value, .low = excess.Low(kZ975), .high = excess.High(kZ975)};
  // Wilson's interval always exists, so low does, too.
  replies.more_than_floor = *replies.excess->low > 0;
  return replies;
}

std::string RepliesText(const ReplyComparison& replies) {
  if (!replies.why_not.empty()) return "replies not compared: " + replies.why_not;
  const ReplyMatch& match = *replies.match;
  std::string text = "replies differ in " + ShareOf(match);
  if (!replies.floor) {
    if (match.differing == 0) return "replies are the same in all " + CountText(match.compared);
    return text +
           "; how much two equal runs differ is not known: give --floor RUN, a second run of A";
  }
  text += absl::StrFormat(", A against its floor in %s: ", ShareOf(*replies.floor));
  if (!replies.more_than_floor) return text + "no sign of loss";
  return text + absl::StrFormat("more than the floor, by %s .. %s of the replies",
                                ShareText(*replies.excess->low), ShareText(*replies.excess->high));
}

}  // namespace specctl
