#include "controller/sweep/sweep_runner.h"

#include <algorithm>
#include <utility>

#include <absl/strings/match.h>
#include <absl/strings/str_format.h>

#include "common/base/duration.h"
#include "common/net/tls_context.h"
#include "common/report/artifacts.h"
#include "common/sweep/measured_folder.h"
#include "controller/measure/measure.h"
#include "controller/measure/resolve.h"
#include "controller/sweep/point_request.h"
#include "controller/sweep/point_state.h"

namespace specctl::controller {
namespace {

absl::Status WithTarget(const std::string& target, const absl::Status& status) {
  return {status.code(), absl::StrFormat("%s: %s", target, std::string(status.message()))};
}

void Fail(const std::string& reason, SweepPoint& point) {
  point.state = PointState::kFailed;
  point.reason = reason;
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

absl::StatusOr<ResolvedRun> SweepRunner::ResolvePoint(size_t point, const std::string& run_id) {
  const std::string& target = sweep_.points[point].key.target;
  const auto resolve = [&](bool flush) -> absl::StatusOr<ResolvedRun> {
    auto request = RequestOfPoint(job_, sweep_, point, run_id);
    if (!request.ok()) return request.status();
    request->spec.flush_cache = flush;
    auto run = Resolve(*std::move(request), means_.network);
    if (!run.ok()) return WithTarget(target, run.status());
    return run;
  };
  const bool flush = job_.flush != CacheFlush::kNever && !no_flush_.contains(target);
  auto run = resolve(flush);
  const bool may_do_without = flush && job_.flush == CacheFlush::kWherePossible && !run.ok() &&
                              absl::StrContains(run.status().message(), "--flush-cache");
  if (!may_do_without) return run;
  no_flush_.insert(target);
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
    const auto run = ResolvePoint(i, job_.new_run_id());
    if (!run.ok()) return run.status();
    for (const std::string& note : run->notes) means_.observer.OnNote(note);
  }
  return absl::OkStatus();
}

absl::StatusOr<SweepEnd> SweepRunner::Run() {
  if (auto prepared = PrepareCoolDown(); !prepared.ok()) return prepared;
  while (stop_.requests() == 0) {
    const NextRun next = AdvanceSweep(job_.schedule, sweep_);
    if (next.kind == NextRun::Kind::kNone) break;
    if (auto done = RunPoint(next.index); !done.ok()) return done;
  }
  if (auto saved = means_.folder.Save(sweep_); !saved.ok()) return saved;
  if (auto saved = means_.folder.SaveCurves(sweep_); !saved.ok()) return saved;
  return stop_.requests() == 0 ? SweepEnd::kDone : SweepEnd::kInterrupted;
}

void SweepRunner::CoolDownFirst() {
  if (!any_run_) return;
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

absl::Status SweepRunner::RunPoint(size_t index) {
  const MonoTime begin = MonoNow();
  const NextRun next{.kind = NextRun::Kind::kPoint, .index = index};
  CoolDownFirst();
  if (stop_.requests() > 0) return absl::OkStatus();
  SweepPoint& point = sweep_.points[index];
  const std::string run_id = job_.new_run_id();
  means_.observer.OnRunBegin(sweep_, next);
  const auto run = ResolvePoint(index, run_id);
  if (run.ok()) {
    RememberMetrics(*run);
    point.run_id = run_id;
    point.folder = SweepFolder::RunFolder(run_id);
    point.begun_unix_ns = UnixNow().time_since_epoch().count();
    // What is measured, and where, is on disk before it begins: a resume finds it.
    if (auto saved = means_.folder.Save(sweep_); !saved.ok()) return saved;
    any_run_ = true;
    const auto why_not = MeasureInto(*run, point);
    if (!why_not.ok()) return why_not.status();
    if (stop_.requests() > 0 && !why_not->empty()) {
      if (auto moved = means_.folder.SetAside(point.folder); !moved.ok()) return moved;
      PlanAgain(point);
    } else if (!why_not->empty()) {
      Fail(*why_not, point);
    }
  } else {
    Fail(std::string(run.status().message()), point);
  }
  if (point.state != PointState::kPlanned) point.took_s = Seconds(MonoNow() - begin);
  means_.observer.OnRunEnd(sweep_, next);
  if (auto saved = means_.folder.Save(sweep_); !saved.ok()) return saved;
  return means_.folder.SaveCurves(sweep_);
}

absl::StatusOr<std::string> SweepRunner::MeasureInto(const ResolvedRun& run, SweepPoint& point) {
  if (auto made = means_.folder.MakeRunFolder(point.run_id); !made.ok()) return made;
  // Members of earlier runs serve again; what this load needs beyond them is started.
  if (auto grown = means_.fleet.Grow(run.spec.load.agents); !grown.ok()) return grown;
  const auto outcome = Measure(run, {.path = means_.folder.PathOf(point.folder)}, means_.fleet,
                               stop_, means_.observer.run_observer());
  if (!outcome.ok()) return std::string(outcome.status().message());
  if (auto finished = Finish(point); !finished.ok()) return std::string(finished.message());
  if (outcome->ended.end == RunEnd::kCompleted) return std::string();
  return outcome->ended.reason;
}

absl::Status SweepRunner::Finish(SweepPoint& point) {
  const std::string dir = means_.folder.PathOf(point.folder);
  if (const auto written = WriteArtifacts(dir, dir); !written.ok()) return written.status();
  auto measured = FoldFolder(dir);
  if (!measured.ok()) return measured.status();
  if (measured->cut_short.empty()) TakeMeasured(*std::move(measured), sweep_, point);
  return absl::OkStatus();
}

}  // namespace specctl::controller
