#include "controller/sweep/sweep_runner.h"

#include <algorithm>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/duration.h"
#include "common/net/tls_context.h"
#include "common/planning/measured_folder.h"
#include "common/report/artifacts.h"
#include "controller/measure/measure.h"
#include "controller/measure/resolve.h"
#include "controller/sweep/point_request.h"
#include "controller/sweep/run_record.h"

namespace specctl::controller {
namespace {

absl::Status WithTarget(const std::string& target, const absl::Status& status) {
  return {status.code(), absl::StrFormat("%s: %s", target, std::string(status.message()))};
}

}  // namespace

absl::Status SweepRunner::PrepareCoolDown() {
  auto tls = MakeClientTlsContext(job_.request.spec.tls);
  if (!tls.ok()) return tls.status();
  cool_down_.fetch.tls = *std::move(tls);
  cool_down_.fetch.timeout = std::chrono::seconds(5);
  cool_down_.least = job_.cool_down_least;
  cool_down_.most = job_.cool_down_most;
  return absl::OkStatus();
}

absl::StatusOr<ResolvedRun> SweepRunner::ResolveNext(const NextRun& next,
                                                     const std::string& run_id) {
  const bool is_pair = next.kind == NextRun::Kind::kPair;
  const PointKey& key = is_pair ? sweep_.pairs[next.index].key : sweep_.points[next.index].key;
  const auto resolve = [&](bool flush) -> absl::StatusOr<ResolvedRun> {
    auto request = is_pair ? RequestOfPair(job_, sweep_, next.index, run_id)
                           : RequestOfPoint(job_, sweep_, next.index, run_id);
    if (!request.ok()) return request.status();
    request->spec.flush_cache = flush;
    if (means_.choose_agents) {
      if (auto chosen = means_.choose_agents(*request); !chosen.ok()) return chosen;
    }
    auto run = Resolve(*std::move(request), means_.network);
    if (!run.ok()) return WithTarget(is_pair ? "pair" : key.target, run.status());
    return run;
  };
  // Of a pair both must be able to.
  const bool flush = job_.flush != CacheFlush::kNever &&
                     (is_pair ? no_flush_.empty() : !no_flush_.contains(key.target));
  auto run = resolve(flush);
  const bool may_do_without = flush && job_.flush == CacheFlush::kWherePossible && !run.ok() &&
                              absl::IsUnimplemented(run.status());
  if (!may_do_without) return run;
  // Of a pair it is not known which.
  no_flush_.insert(is_pair ? "pair" : key.target);
  means_.observer.OnNote(
      "the prefix cache can't be cleared between runs, which send the same prompts: " +
      std::string(run.status().message()));
  return resolve(false);
}

absl::Status SweepRunner::AskTargets() {
  // Judged first: of a sweep that is over nobody is asked.
  AdvanceSweep(job_.schedule, sweep_);
  std::set<std::string> asked;
  for (size_t i = 0; i < sweep_.points.size(); ++i) {
    const SweepPoint& point = sweep_.points[i];
    if (point.state != PointState::kPlanned || !asked.insert(point.key.target).second) continue;
    const auto run = ResolveNext({.kind = NextRun::Kind::kPoint, .index = i}, job_.new_run_id());
    if (!run.ok()) return run.status();
    for (const std::string& note : run->notes) means_.observer.OnNote(note);
    if (job_.resumed) RememberMetrics(*run);
  }
  return absl::OkStatus();
}

absl::StatusOr<SweepEnd> SweepRunner::Run() {
  if (auto prepared = PrepareCoolDown(); !prepared.ok()) return prepared;
  // A process that is killed before its first run leaves something to resume, too.
  if (auto saved = means_.folder.Save(sweep_); !saved.ok()) return saved;
  while (stop_.requests() == 0) {
    const NextRun next = AdvanceSweep(job_.schedule, sweep_);
    if (next.kind == NextRun::Kind::kNone) break;
    if (auto done = RunNext(next); !done.ok()) return done;
  }
  if (auto saved = means_.folder.Save(sweep_); !saved.ok()) return saved;
  if (auto saved = means_.folder.SaveCurves(sweep_); !saved.ok()) return saved;
  return stop_.requests() == 0 ? SweepEnd::kDone : SweepEnd::kInterrupted;
}

void SweepRunner::CoolDownFirst() {
  // What was interrupted before a resume may still run there.
  if (!any_run_ && !job_.resumed) return;
  const double busy = WaitUntilIdle(cool_down_, means_.network, stop_);
  if (busy == 0 || stop_.requests() > 0) return;
  means_.observer.OnNote(
      absl::StrFormat("%.0f requests still run on the servers after --cool-down-max %s; the next "
                      "run goes on beside "
                      "them",
                      busy, FormatDuration(cool_down_.most)));
}

void SweepRunner::RememberMetrics(const ResolvedRun& run) {
  for (const MetricsTarget& target : run.metrics_targets) {
    const auto known = std::any_of(
        cool_down_.targets.begin(), cool_down_.targets.end(),
        [&](const MetricsTarget& other) { return other.url.ToString() == target.url.ToString(); });
    if (!known) cool_down_.targets.push_back(target);
  }
}

absl::Status SweepRunner::RunNext(const NextRun& next) {
  const MonoTime begin = MonoNow();
  CoolDownFirst();
  if (stop_.requests() > 0) return absl::OkStatus();
  const RunRecord record = RecordOf(next, sweep_);
  const std::string run_id = job_.new_run_id();
  means_.observer.OnRunBegin(sweep_, next);
  const auto run = ResolveNext(next, run_id);
  if (run.ok()) {
    RememberMetrics(*run);
    record.run_id = run_id;
    record.folder = SweepFolder::RunFolder(run_id);
    record.begun_unix_ns = UnixNow().time_since_epoch().count();
    // What is measured, and where, is on disk before it begins: a resume finds it.
    if (auto saved = means_.folder.Save(sweep_); !saved.ok()) return saved;
    any_run_ = true;
    if (auto measured = MeasureInto(*run, next); !measured.ok()) return measured;
  } else if (stop_.requests() == 0) {
    // One that was told to end while its servers or agents were waited for has not failed.
    Fail(std::string(run.status().message()), record);
  }
  const double took_s = Seconds(MonoNow() - begin);
  sweep_.spent_s += took_s;
  if (record.state != PointState::kPlanned) record.took_s = took_s;
  means_.observer.OnRunEnd(sweep_, next);
  if (auto saved = means_.folder.Save(sweep_); !saved.ok()) return saved;
  return means_.folder.SaveCurves(sweep_);
}

absl::Status SweepRunner::MeasureInto(const ResolvedRun& run, const NextRun& next) {
  const RunRecord record = RecordOf(next, sweep_);
  if (auto made = means_.folder.MakeRunFolder(record.run_id); !made.ok()) return made;
  // Members of earlier runs serve again; what this load needs beyond them is started.
  if (!means_.choose_agents) {
    if (auto grown = means_.fleet.Grow(run.spec.load.agents); !grown.ok()) return grown;
  }
  const auto outcome =
      controller::Measure(run, {.path = means_.folder.PathOf(record.folder)}, means_.fleet, stop_,
                          means_.observer.run_observer(record.folder));
  if (!outcome.ok()) {
    Fail(std::string(outcome.status().message()), record);
    return absl::OkStatus();
  }
  const bool completed = outcome->ended.end == RunEnd::kCompleted;
  if (!completed && stop_.requests() > 0) {
    const std::string folder = record.folder;
    PlanAgain(record);
    return means_.folder.SetAside(folder);
  }
  if (auto finished = Finish(next); !finished.ok()) Fail(std::string(finished.message()), record);
  if (!completed) Fail(outcome->ended.reason, record);
  return absl::OkStatus();
}

absl::Status SweepRunner::Finish(const NextRun& next) {
  const std::string dir = means_.folder.PathOf(RecordOf(next, sweep_).folder);
  if (const auto written = WriteArtifacts(dir, dir); !written.ok()) return written.status();
  if (next.kind == NextRun::Kind::kPair) {
    TakePair(dir, sweep_.pairs[next.index]);
    return absl::OkStatus();
  }
  auto measured = MeasureFolder(dir);
  if (!measured.ok()) return measured.status();
  TakeMeasured(*std::move(measured), sweep_, sweep_.points[next.index]);
  return absl::OkStatus();
}

}  // namespace specctl::controller
