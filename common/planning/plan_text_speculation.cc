#include <algorithm>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/planning/measured_arithmetic.h"
#include "common/planning/plan_words.h"
#include "common/planning/text_table.h"
#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

std::string CrossingText(const CurveKey& key, const Crossing& crossing) {
  const std::string_view what = crossing.pays_above ? "begins to pay" : "stops paying";
  std::string text = absl::StrFormat("%s: %s between %s and %s", CurveText(key), what,
                                     LoadText(crossing.below), LoadText(crossing.above));
  if (crossing.level) {
    const LoadLevel level{crossing.below.kind, *crossing.level};
    text += absl::StrFormat(", near %s", FigureText(level.level));
  } else {
    text += ", where a cliff lies";
  }
  if (!crossing.sure_below || !crossing.sure_above) {
    text += "; not sure: intervals there have 1 in them";
  } else if (*crossing.sure_below != crossing.below || *crossing.sure_above != crossing.above) {
    text += absl::StrFormat("; sure from %s to %s", LoadText(*crossing.sure_below),
                            LoadText(*crossing.sure_above));
  }
  return text;
}

std::string MarkOf(const SpeedupCell& cell) {
  if (cell.conflict) return "CONFLICT";
  return cell.paired ? "paired" : "";
}

std::string ConflictText(const Plan& plan, const SpeedupCell& cell) {
  const bool faster = cell.pays == Pays::kYes;
  return absl::StrFormat("%s: %s User TPS and %s Output TPS than %s: what %s gain, %s lose",
                         PointText(cell.target->key), faster ? "higher" : "lower",
                         faster ? "lower" : "higher", plan.baseline,
                         faster ? "those that are served" : "all together",
                         faster ? "all together" : "those that are served");
}

// The domains of every load would be a page of their own: those of the answers, else of the lowest.
bool ShowsDomains(const Plan& plan, size_t index) {
  const PointKey& key = plan.projections[index].key;
  if (plan.answers.empty()) {
    return index == 0 || plan.projections[index - 1].key.target != key.target;
  }
  return std::any_of(plan.answers.begin(), plan.answers.end(), [&](const auto& planned) {
    return planned.answer.point != nullptr && planned.answer.point->key == key;
  });
}

// Which of several lists it is.
std::string ScheduleText(const DraftSchedule& schedule) {
  const std::string family = FamilyText(schedule.family);
  return PlaceText(schedule.place) + (family.empty() ? "" : ", " + family);
}

std::string RangeText(const DraftRange& range) {
  const std::string what =
      range.draft_length == 0 ? "none" : absl::StrFormat("%d", range.draft_length);
  return absl::StrFormat("%d to %d: %s%s%s", range.from, range.to, what,
                         range.fitted ? " (its end by a fit)" : "",
                         range.undecided ? " (not decided: others are as good)" : "");
}

std::string LengthText(uint32_t length) { return length == 0 ? "off" : std::to_string(length); }

}  // namespace

std::string SpeedupsText(const Plan& plan, const RunMarks& marks) {
  if (plan.speedups.empty()) return "";
  TextTable table(3);
  table.AddRow(
      {"target", "prompts", "load", "speedup (User TPS)", "pays", "Output TPS x", "", "runs"});
  std::string lines;
  for (const SpeedupCurve& curve : plan.speedups) {
    for (const SpeedupCell& cell : curve.cells) {
      if (!cell.speedup) {
        AppendProse("none", PointText(cell.target->key) + ": " + cell.why_none, lines);
        continue;
      }
      table.AddRow({curve.key.target, PlaceText(curve.key), LoadText(cell.load()),
                    IntervalText(cell.speedup), std::string(PaysName(cell.pays)),
                    IntervalText(cell.output_tps), MarkOf(cell), marks.MarksOf(cell.runs)});
      if (cell.conflict) AppendProse("conflict", ConflictText(plan, cell), lines);
    }
    for (const Crossing& crossing : curve.crossings) {
      AppendProse("crosses", CrossingText(curve.key, crossing), lines);
    }
  }
  return "\nSPECULATION AGAINST " + plan.baseline + "\n" +
         (table.has_rows() ? table.Render() : "") + lines;
}

std::string DraftLengthsText(const Plan& plan, const RunMarks& marks) {
  if (plan.schedules.empty()) return "";
  TextTable table(3);
  table.AddRow({"prompts", "drafter", "load", "best draft length", "as good", "speedup", "runs"});
  std::string ranges;
  for (const DraftSchedule& schedule : plan.schedules) {
    for (const DraftChoice& choice : schedule.choices) {
      const std::string as_good =
          absl::StrJoin(choice.as_good, ", ",
                        [](std::string* out, uint32_t length) { *out += LengthText(length); });
      table.AddRow({PlaceText(schedule.place), FamilyText(schedule.family), LoadText(choice.load),
                    LengthText(choice.draft_length), as_good,
                    choice.over_none ? IntervalText(choice.over_none) : "",
                    marks.MarksOf(choice.runs)});
    }
    if (schedule.ranges.empty()) continue;
    std::vector<std::string> items;
    if (plan.schedules.size() > 1) items.push_back(ScheduleText(schedule));
    for (const DraftRange& range : schedule.ranges) items.push_back(RangeText(range));
    AppendFlow({.label = "by bs", .label_columns = kLabelColumns}, items, ranges);
  }
  return "\nDRAFT LENGTH\n" + table.Render() + ranges;
}

std::string ProjectionsText(const Plan& plan, const RunMarks& marks) {
  if (plan.projections.empty()) return "";
  TextTable table(3);
  table.AddRow({"target", "at", "domain", "share", "step ms", "with", "acceptance length",
                "projected", "measured", "runs"});
  std::string notes;
  for (size_t i = 0; i < plan.projections.size(); ++i) {
    const MixProjection& projection = plan.projections[i];
    const std::string at = LoadText(projection.key.load) + ", " + projection.key.dataset;
    for (const DomainProjection& domain : projection.domains) {
      if (!ShowsDomains(plan, i)) break;
      table.AddRow({projection.key.target, at, domain.domain, ShareText(domain.share), "", "",
                    IntervalText(domain.acceptance_length), IntervalText(domain.projected),
                    IntervalText(domain.measured), ""});
    }
    table.AddRow({projection.key.target, at, "the mix", "", FigureText(projection.t_ar_ms.value),
                  FigureText(projection.t_sd_ms.value), "", IntervalText(projection.projected),
                  IntervalText(projection.measured), marks.MarksOf(projection.runs)});
    if (!projection.why_none.empty()) {
      AppendProse("none", PointText(projection.key) + ": " + projection.why_none, notes);
    }
  }
  return "\nPROJECTION FOR THE MIX (Eq. 3 of SPEED-Bench, steps of " +
         plan.projections.front().steps_from + "; shares of output tokens)\n" + table.Render() +
         notes;
}

std::string StudiesText(const Plan& plan, const RunMarks& marks) {
  std::string out;
  for (const StudyTable& study : plan.studies) {
    TextTable table(study.label_names.size());
    std::vector<std::string> head = study.label_names;
    head.insert(head.end(), study.value_names.begin(), study.value_names.end());
    head.emplace_back("runs");
    table.AddRow(std::move(head));
    for (const StudyRow& row : study.rows) {
      std::vector<std::string> cells = row.labels;
      for (const auto& value : row.values) cells.push_back(IntervalText(value));
      cells.push_back(marks.MarksOf(row.runs));
      table.AddRow(std::move(cells));
    }
    out += "\nSTUDY: " + study.title + "\n" + table.Render();
  }
  return out;
}

}  // namespace specctl
