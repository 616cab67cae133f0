// What SGLang tells of a request beside its text.
#pragma once

#include <cstdint>

#include "common/base/json_writer.h"
#include "tools/sim/flavour_options.h"
#include "tools/sim/reply_writer.h"

namespace specctl::sim {

struct SglangMetaInfo {
  const ReplyState& state;
  const InferenceRequest& request;
  const ReplyIdentity& identity;
  SglangNames names;
  uint32_t draft_length;
};

// Members of an object that is open; of a request that has ended with its times and the statistics
// of speculation.
void WriteMetaInfo(const SglangMetaInfo& meta, JsonWriter& writer);

}  // namespace specctl::sim
