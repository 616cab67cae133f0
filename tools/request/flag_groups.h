// The flags of `specctl run` by what they are about.  A new one is a new entry in one of the files
// that define these; what it does to the request stands beside its help text.
#pragma once

#include <optional>

#include "tools/request/request_flags.h"

namespace specctl::cli {

// target_flags.cc: which servers, as whom and for which models they are asked.
void AddTargetFlags(RequestFlags& flags);
// load_flags.cc: how much is in flight, for how long.
void AddLoadFlags(RequestFlags& flags);
// prompt_flags.cc: which prompts are sent.
void AddPromptFlags(RequestFlags& flags);
// inference_flags.cc: what one request asks for, and how long it may take.
void AddInferenceFlags(RequestFlags& flags);
// metrics_flags.cc: where the servers' metrics are scraped.
void AddMetricsFlags(RequestFlags& flags);
// record_flags.cc: what is kept of the run, and how arrivals are dated.
void AddRecordFlags(RequestFlags& flags);
// needless_flags.cc: flags of AIPerf that ask for what happens anyway; to come last.
void AddNeedlessFlags(RequestFlags& flags);

// Parts of them that a sweep has, too, whose grid lists the rest (grid_flags.h):
// load_flags.cc: how conversations of the open loops arrive, whose rates are listed; agents and
// limits of every load.
void AddArrivalFlags(const RequestFlags::GivenList& rates, RequestFlags& flags);
void AddLimitFlags(RequestFlags& flags);
// target_flags.cc: what is asked of the servers that `targets` names.
void AddServerFlags(const RequestFlags::GivenList& targets, RequestFlags& flags);
// inference_flags.cc: all but the temperature.
void AddReplyFlags(RequestFlags& flags);

// target_flags.cc: those that `specctl probe` takes of AddTargetFlags.
void AddProbeFlags(RequestFlags& flags);

// credential_flags.cc: key and headers, within the two that add targets.  How each command calls
// them; nullopt: not at all.
struct CredentialTexts {
  FlagText api_key_env, header;
  std::optional<FlagText> keep_header;
};
void AddCredentialFlags(const CredentialTexts& texts, RequestFlags& flags);

}  // namespace specctl::cli
