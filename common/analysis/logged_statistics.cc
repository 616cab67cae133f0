#include "common/analysis/logged_statistics.h"

#include <algorithm>
#include <cmath>

#include "common/analysis/statistics_check.h"
#include "common/speculation/acceptance.h"

namespace specctl {

void LoggedStatistics::AddRead(const StatisticsRead& read) {
  folder_ = read.folder;
  if (!read.error.empty()) error_ = read.error;
  files_ += read.files;
  undecodable_lines_ += read.undecodable_lines;
  torn_files_ += read.torn_files;
  for (const LoggedResponse& response : read.responses) {
    ++responses_;
    output_tokens_ += response.output_tokens;
    by_id_[response.response_id] = response;
    if (!response.speculation) continue;
    const SpeculationStats& stats = *response.speculation;
    if (ContradictsItself(stats, response.output_tokens)) {
      ++contradictory_;
      continue;
    }
    steps_ += stats.drafts;
    drafted_ += stats.drafted_tokens;
    accepted_ += stats.accepted_tokens;
    const std::vector<uint64_t>& histogram = stats.acceptance_histogram;
    all_have_histograms_ = all_have_histograms_ && (stats.drafts == 0 || !histogram.empty());
    if (accepted_histogram_.size() < histogram.size()) accepted_histogram_.resize(histogram.size());
    for (size_t k = 0; k < histogram.size(); ++k) accepted_histogram_[k] += histogram[k];
  }
}

const LoggedResponse* LoggedStatistics::Find(const std::string& response_id) const {
  const auto found = by_id_.find(response_id);
  return found == by_id_.end() ? nullptr : &found->second;
}

std::optional<AcceptanceFigures> LoggedStatistics::Acceptance() const {
  if (steps_ == 0) return std::nullopt;
  // All entries, not a sample: no interval.
  const auto exactly = [](uint64_t part, uint64_t whole, double more) {
    return Estimate{.value = more + static_cast<double>(part) / static_cast<double>(whole),
                    .low = std::nullopt,
                    .high = std::nullopt};
  };
  AcceptanceFigures figures;
  figures.source = AcceptanceSource::kMetricsFiles;
  figures.source_share = 1;
  figures.steps = figures.drafts = steps_;
  figures.per_step = figures.per_draft = exactly(accepted_, steps_, 1);
  if (drafted_ > 0) figures.accept_rate = exactly(accepted_, drafted_, 0);
  if (all_have_histograms_) {
    figures.histogram = accepted_histogram_;
    figures.joint = JointRates(DraftOutcomes{.accepted = accepted_histogram_, .spent = {}});
  }
  return figures;
}

LoggedFigures LoggedStatistics::Figures(const Sent& sent) const {
  constexpr double kForeignShareMax = 0.005;
  LoggedFigures figures{.folder = folder_,
                        .error = error_,
                        .files = files_,
                        .responses = responses_,
                        .of_run = sent.found,
                        .undecodable_lines = undecodable_lines_,
                        .torn_files = torn_files_,
                        .contradictory = contradictory_};
  if (sent.found > 0) {
    // A request that was cut off has an entry, too, and did not live to tell its id.
    const uint64_t explained =
        sent.found + sent.requests - std::min(sent.requests, sent.with_id) + sent.resends;
    figures.of_others = responses_ - std::min(responses_, explained);
    return figures;
  }
  figures.of_others = responses_ - std::min(responses_, sent.requests + sent.resends);
  const double apart =
      std::abs(static_cast<double>(output_tokens_) - static_cast<double>(sent.output_tokens));
  const bool ours = apart <= kForeignShareMax * static_cast<double>(sent.output_tokens);
  if (responses_ > 0 && ours && figures.of_others == 0) figures.acceptance = Acceptance();
  return figures;
}

}  // namespace specctl
