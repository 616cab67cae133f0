// TimedSteps: the decoding steps of one response, told apart by the `timings` on its events.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/engine/stream_decoder.h"
#include "common/engine/token_accounting.h"

namespace specctl {

// llama.cpp sends an event for each token, also where a draft was accepted.  Events of one step
// have the same `predicted_ms`; a step with a draft raises `draft_n` by the draft's width and
// `draft_n_accepted` by what of it was accepted, a, and yields a + 1 tokens (fewer where the
// response ends within it); one without a draft yields one token.
//
// A token may have no event of its own: half a character, text that may be the beginning of a stop
// word, the token that ends the answer.  It then counts in the next event, which may so show
// several steps at once.  Whether it was one draft or several shows in the tokens that follow;
// where it was several, how long each was is lost, though not their number.  But where one token
// was hidden, and twice as much was drafted as by every draft seen before, it was a step alone
// whose draft was rejected: the token that ends the reasoning is one in every reply.  Where the
// response ends before that shows, other than at max_tokens, or the events contradict these rules,
// only the drafts' sums are left.
class TimedSteps {
 public:
  void BeginResponse();  // a next response

  // `has_output`: the event has text, reasoning or a tool call.  Returns whether its tokens come
  // from the same step as those of the event before.
  bool AddTimings(const EventTimings& timings, bool has_output);

  struct End {
    bool all_timed = true;       // no event with output came without timings
    bool at_max_tokens = false;  // the response ended there
  };
  // nullopt where no event had timings.
  std::optional<TimingsStats> Stats(const End& end) const;

 private:
  static constexpr uint64_t kAcceptedMax = 4095;     // no draft is near this long
  static constexpr uint64_t kCountMax = UINT32_MAX;  // nor a response

  // What came since the event before.
  struct Growth {
    uint64_t tokens = 0, drafted = 0, accepted = 0;
  };

  void AddOfSameStep(const Growth& growth, bool has_output);
  void AddOfNewSteps(const Growth& growth);
  void AddDraft(const Growth& growth);
  bool HidesOneStep() const;
  void AddHiddenStep();
  void NoteWidth(uint64_t drafted);
  void LoseLast();  // it was several steps

  std::optional<EventTimings> before_;
  bool contradicted_ = false;
  // An event showed the first tokens of what was taken for one step: whether it was shows when the
  // last of them has come.
  bool in_doubt_ = false;
  Growth doubt_;                   // what that event showed
  uint64_t doubt_tokens_ = 0;      // of it, without those of the step before
  std::optional<uint64_t> width_;  // of all drafts that were seen by themselves
  bool widths_differ_ = false;
  bool each_step_known_ = true;
  // Tokens of the last step that have not come yet; nullopt where that can't be said.
  std::optional<uint64_t> left_;
  std::vector<uint64_t> acceptance_histogram_, spent_histogram_;
};

}  // namespace specctl
