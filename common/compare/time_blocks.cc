#include "common/compare/time_blocks.h"

#include <algorithm>
#include <bit>

#include "common/analysis/figures.h"
#include "common/analysis/throughput_figures.h"

namespace specctl {
namespace {

// 19 degrees of freedom: Student's t is close to the normal distribution; more blocks would only
// cost more passes over the sketches.
constexpr int64_t kBlocksMax = 20;
constexpr int64_t kTwoSecondsFrom = 10;  // of hold

int64_t SecondOf(int64_t time_ns) { return time_ns / kSecondNs; }

// The hold's windows as the fold counted them.
struct HeldWindow {
  int64_t second = 0;
  Window window;
};

std::vector<HeldWindow> WindowsOf(const RunSample& sample) {
  const Results& results = sample.results;
  const bool leaves_out = results.hold->windows_left_out > 0;
  const auto first = static_cast<int64_t>(results.hold->start_s);
  const int64_t end = first + static_cast<int64_t>(results.hold->windows);
  std::vector<HeldWindow> held;
  for (const WindowFigures& figures : results.windows) {
    // The headline's windows alone: the others are ramp and drain.
    if (figures.start_s < first || figures.start_s >= end) continue;
    // As the headline does, so that its figure lies among those without each block.
    if (leaves_out && figures.verdict == VerdictState::kInvalid) continue;
    HeldWindow& added = held.emplace_back();
    added.second = figures.start_s;
    added.window.ok = static_cast<uint32_t>(figures.ok);
    if (figures.output_tps) {
      added.window.output_tokens = static_cast<uint64_t>(*figures.output_tps);
    } else {
      // No rate means that its tokens are not known; the fold takes this as the sign of it.
      added.window.unknown_chunks = 1;
    }
  }
  // Input tokens are of the window in which the first token arrived.
  for (const SampledRequest& request : sample.requests) {
    const SettledRequest& settled = request.settled;
    if (!settled.first_token_ns || !settled.input_tokens) continue;
    const auto found =
        std::lower_bound(held.begin(), held.end(), SecondOf(*settled.first_token_ns),
                         [](const HeldWindow& window, int64_t at) { return window.second < at; });
    if (found != held.end() && found->second == SecondOf(*settled.first_token_ns)) {
      found->window.input_tokens += *settled.input_tokens;
    }
  }
  return held;
}

bool InputKnown(const RunSample& sample) {
  return std::all_of(
      sample.requests.begin(), sample.requests.end(), [](const SampledRequest& request) {
        return !request.settled.ok() || request.settled.cut || request.settled.input_tokens;
      });
}

bool ReasoningMarked(const RunSample& sample) {
  return std::any_of(sample.requests.begin(), sample.requests.end(),
                     [](const SampledRequest& request) { return request.settled.has_reasoning; });
}

LengthFigures LengthsOf(const RequestSet& requests) {
  std::vector<double> input, output;
  for (const SettledRequest* request : requests) {
    // Of one that the hold's end cut, the length is not known yet.
    if (!request->ok() || request->cut) continue;
    if (request->input_tokens) input.push_back(*request->input_tokens);
    if (request->output_tokens) output.push_back(*request->output_tokens);
  }
  LengthFigures lengths;
  lengths.input_tokens = Describe(std::move(input));
  lengths.output_tokens = Describe(std::move(output));
  return lengths;
}

// Which blocks a part of the hold has.
using Part = std::vector<bool>;

std::vector<Part> AllButEach(size_t blocks) {
  std::vector<Part> parts(blocks, Part(blocks, true));
  for (size_t i = 0; i < blocks; ++i) parts[i][i] = false;
  return parts;
}

// By the odd Walsh functions: most neighbours are in different halves, and any two halves share
// half of their blocks.
std::vector<Part> Halves(size_t blocks) {
  std::vector<Part> parts;
  for (size_t function = 1; function < std::bit_ceil(blocks); function += 2) {
    Part& part = parts.emplace_back(blocks);
    for (size_t i = 0; i < blocks; ++i) part[i] = std::popcount(i & function) % 2 == 0;
  }
  return parts;
}

std::vector<IntervalSketch> StepsOf(const RunSample& sample, const TimeBlocks& blocks,
                                    const std::vector<Part>& parts) {
  const std::vector<IntervalSketch>& cells = sample.step_latencies.cells();
  std::vector<IntervalSketch> steps(parts.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    const size_t block = blocks.At(sample.step_latencies.start_s() +
                                   static_cast<int64_t>(i) * sample.step_latencies.cell_s());
    for (size_t part = 0; part < parts.size(); ++part) {
      if (parts[part][block]) steps[part].Merge(cells[i]);
    }
  }
  return steps;
}

// Of each part the requests of `slice`, or all of them.
std::vector<RequestSet> RequestsOf(const RunSample& sample, const TimeBlocks& blocks,
                                   const std::vector<Part>& parts, const SliceName* slice) {
  std::vector<RequestSet> requests(parts.size());
  for (const SampledRequest& request : sample.requests) {
    const auto& in = request.slices;
    if (slice != nullptr && std::find(in.begin(), in.end(), *slice) == in.end()) continue;
    const size_t block = blocks.At(SecondOf(request.settled.begin_ns));
    for (size_t part = 0; part < parts.size(); ++part) {
      if (parts[part][block]) requests[part].push_back(&request.settled);
    }
  }
  return requests;
}

FigureSet DistributionsOf(const RequestSet& requests, const IntervalSketch& steps, bool reasoning) {
  FigureSet set;
  set.latency = LatenciesOf({.requests = &requests,
                             .step_latency = &steps,
                             .reasoning_marked = reasoning,
                             .bounds = ErrorBounds::kLeftOut});
  set.length = LengthsOf(requests);
  return set;
}

std::vector<HalfOfBlocks> HalvesOf(const RunSample& sample, const SliceName* slice) {
  const TimeBlocks blocks = BlocksOf(sample);
  if (blocks.count < 2) return {};
  const std::vector<Part> parts = Halves(blocks.count);
  const std::vector<RequestSet> requests = RequestsOf(sample, blocks, parts, slice);
  std::vector<IntervalSketch> steps(parts.size());
  if (slice == nullptr) steps = StepsOf(sample, blocks, parts);
  const bool reasoning = ReasoningMarked(sample);
  std::vector<HalfOfBlocks> halves;
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto kept = static_cast<double>(std::count(parts[i].begin(), parts[i].end(), true));
    halves.push_back({.figures = DistributionsOf(requests[i], steps[i], reasoning),
                      .kept = kept / static_cast<double>(blocks.count)});
  }
  return halves;
}

}  // namespace

size_t TimeBlocks::At(int64_t second) const {
  const int64_t block = (second - start_s) / block_s;
  return static_cast<size_t>(std::clamp<int64_t>(block, 0, static_cast<int64_t>(count) - 1));
}

TimeBlocks BlocksOf(const RunSample& sample) {
  const Results& results = sample.results;
  if (results.headline_is_whole_run || !results.hold) return {};
  const auto windows = static_cast<int64_t>(results.hold->windows);
  const int64_t cell_s = sample.step_latencies.cell_s();
  TimeBlocks blocks;
  // On cells' borders, for a cell's steps can't be divided between two blocks.
  blocks.start_s = static_cast<int64_t>(results.hold->start_s) / cell_s * cell_s;
  blocks.block_s = (windows + kBlocksMax - 1) / kBlocksMax;
  // Neighbouring seconds are correlated (a request spans several): blocks of 1 s would make the
  // spread too small.
  if (windows >= kTwoSecondsFrom) blocks.block_s = std::max<int64_t>(blocks.block_s, 2);
  blocks.block_s = (blocks.block_s + cell_s - 1) / cell_s * cell_s;
  // Rounded down: the rest belongs to the last block (At() clamps to it).
  blocks.count = static_cast<size_t>(std::max<int64_t>(1, windows / blocks.block_s));
  return blocks;
}

std::vector<FigureSet> WithoutEachBlock(const RunSample& sample) {
  const TimeBlocks blocks = BlocksOf(sample);
  if (blocks.count < 2) return {};
  const std::vector<HeldWindow> windows = WindowsOf(sample);
  const std::vector<Part> parts = AllButEach(blocks.count);
  const std::vector<RequestSet> requests = RequestsOf(sample, blocks, parts, nullptr);
  const std::vector<IntervalSketch> steps = StepsOf(sample, blocks, parts);
  const bool reasoning = ReasoningMarked(sample);
  std::vector<FigureSet> sets;
  for (size_t left_out = 0; left_out < blocks.count; ++left_out) {
    std::vector<Window> rest;
    for (const HeldWindow& held : windows) {
      if (blocks.At(held.second) != left_out) rest.push_back(held.window);
    }
    FigureSet& set =
        sets.emplace_back(DistributionsOf(requests[left_out], steps[left_out], reasoning));
    set.throughput = ThroughputOfWindows({.windows = rest,
                                          .requests = &requests[left_out],
                                          .input_known = InputKnown(sample),
                                          .gpus = sample.results.spec.gpus});
  }
  return sets;
}

std::vector<FigureSet> WithoutEachBlock(const RunSample& sample, const SliceName& slice) {
  const TimeBlocks blocks = BlocksOf(sample);
  if (blocks.count < 2) return {};
  const bool reasoning = ReasoningMarked(sample);
  std::vector<FigureSet> sets;
  for (const RequestSet& requests : RequestsOf(sample, blocks, AllButEach(blocks.count), &slice)) {
    sets.push_back(DistributionsOf(requests, IntervalSketch(), reasoning));
  }
  return sets;
}

std::vector<HalfOfBlocks> HalvesOfBlocks(const RunSample& sample) {
  return HalvesOf(sample, nullptr);
}

std::vector<HalfOfBlocks> HalvesOfBlocks(const RunSample& sample, const SliceName& slice) {
  return HalvesOf(sample, &slice);
}

}  // namespace specctl
