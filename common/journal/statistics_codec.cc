#include "common/journal/statistics_codec.h"

#include "specctl/v1/journal.pb.h"

namespace specctl {

void WriteSpeculationStats(const SpeculationStats& in, v1::SpeculationStats* out) {
  out->set_drafts(in.drafts);
  out->set_drafted_tokens(in.drafted_tokens);
  out->set_accepted_tokens(in.accepted_tokens);
  out->set_draft_length(in.draft_length);
  out->mutable_acceptance_histogram()->Assign(in.acceptance_histogram.begin(),
                                              in.acceptance_histogram.end());
  out->mutable_per_step_accepted()->Assign(in.per_step_accepted.begin(),
                                           in.per_step_accepted.end());
  out->mutable_per_step_drafted()->Assign(in.per_step_drafted.begin(), in.per_step_drafted.end());
  if (in.steps) out->set_steps(*in.steps);
  if (in.retractions) out->set_retractions(*in.retractions);
  for (const DraftsOfLength& drafts : in.by_draft_length) {
    v1::DraftsOfLength* const proto = out->add_by_draft_length();
    proto->set_draft_length(drafts.draft_length);
    proto->mutable_acceptance_histogram()->Assign(drafts.acceptance_histogram.begin(),
                                                  drafts.acceptance_histogram.end());
  }
}

SpeculationStats ReadSpeculationStats(const v1::SpeculationStats& in) {
  SpeculationStats out;
  out.drafts = in.drafts();
  out.drafted_tokens = in.drafted_tokens();
  out.accepted_tokens = in.accepted_tokens();
  out.draft_length = in.draft_length();
  out.acceptance_histogram.assign(in.acceptance_histogram().begin(),
                                  in.acceptance_histogram().end());
  out.per_step_accepted.assign(in.per_step_accepted().begin(), in.per_step_accepted().end());
  out.per_step_drafted.assign(in.per_step_drafted().begin(), in.per_step_drafted().end());
  if (in.has_steps()) out.steps = in.steps();
  if (in.has_retractions()) out.retractions = in.retractions();
  for (const v1::DraftsOfLength& proto : in.by_draft_length()) {
    out.by_draft_length.push_back(
        {proto.draft_length(),
         {proto.acceptance_histogram().begin(), proto.acceptance_histogram().end()}});
  }
  return out;
}

void WriteTimingsStats(const TimingsStats& in, v1::TimingsStats* out) {
  out->set_drafted_tokens(in.drafted_tokens);
  out->set_accepted_tokens(in.accepted_tokens);
  if (in.steps) out->set_steps(*in.steps);
  out->set_each_step_known(in.each_step_known);
  out->mutable_acceptance_histogram()->Assign(in.acceptance_histogram.begin(),
                                              in.acceptance_histogram.end());
  out->mutable_spent_histogram()->Assign(in.spent_histogram.begin(), in.spent_histogram.end());
}

TimingsStats ReadTimingsStats(const v1::TimingsStats& in) {
  TimingsStats out;
  out.drafted_tokens = in.drafted_tokens();
  out.accepted_tokens = in.accepted_tokens();
  if (in.has_steps()) out.steps = in.steps();
  out.each_step_known = in.each_step_known();
  out.acceptance_histogram.assign(in.acceptance_histogram().begin(),
                                  in.acceptance_histogram().end());
  out.spent_histogram.assign(in.spent_histogram().begin(), in.spent_histogram().end());
  return out;
}

void WriteStatisticsRead(const StatisticsRead& in, v1::StatisticsRead* out) {
  out->set_folder(in.folder);
  out->set_files(in.files);
  out->set_undecodable_lines(in.undecodable_lines);
  out->set_torn_files(in.torn_files);
  out->set_error(in.error);
  for (const LoggedResponse& response : in.responses) {
    v1::LoggedResponse* const proto = out->add_responses();
    proto->set_response_id(response.response_id);
    proto->set_output_tokens(response.output_tokens);
    if (response.speculation) {
      WriteSpeculationStats(*response.speculation, proto->mutable_speculation());
    }
  }
}

StatisticsRead ReadStatisticsRead(const v1::StatisticsRead& in) {
  StatisticsRead out;
  out.folder = in.folder();
  out.files = in.files();
  out.undecodable_lines = in.undecodable_lines();
  out.torn_files = in.torn_files();
  out.error = in.error();
  out.responses.reserve(static_cast<size_t>(in.responses_size()));
  for (const v1::LoggedResponse& proto : in.responses()) {
    LoggedResponse response{.response_id = proto.response_id(),
                            .output_tokens = proto.output_tokens()};
    if (proto.has_speculation()) response.speculation = ReadSpeculationStats(proto.speculation());
    out.responses.push_back(std::move(response));
  }
  return out;
}

}  // namespace specctl
