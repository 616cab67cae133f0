// How a plan's page says things.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/planning/plan.h"

namespace specctl {

// Runs as numbers in brackets, which a list at the page's end explains.
class RunMarks {
 public:
  explicit RunMarks(const Sweep& sweep);

  std::string MarksOf(std::span<const std::string> runs) const;  // "[1 2]"; "" of none
  // "[1] run-1  dl3 at bs 4, throughput_1k  runs/run-1", a line each.
  std::string List() const;

 private:
  const Sweep& sweep_;
  std::map<std::string, size_t> numbers_;
};

// "1.31 (1.28 .. 1.34)"; without an interval the value alone; "-" of nothing.
std::string IntervalText(const std::optional<Estimate>& estimate);
std::string IntervalText(const std::optional<Measured>& measured);

// Parts of the page, each with its head and an empty line before it; "" where there is nothing.
std::string AnswersText(const Plan& plan, const PlanRequest& request, const RunMarks& marks);
std::string SpeedupsText(const Plan& plan, const RunMarks& marks);
std::string DraftLengthsText(const Plan& plan, const RunMarks& marks);
std::string ProjectionsText(const Plan& plan, const RunMarks& marks);
std::string StudiesText(const Plan& plan, const RunMarks& marks);

}  // namespace specctl
