// Scrapes made of exposition texts, as a scraper would put them into the journal.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "common/analysis/server_series.h"
#include "common/prometheus/exposition.h"

namespace specctl::testing {

inline std::string MetricsGolden(const std::string& name) {
  std::ifstream file(std::string(std::getenv("SPECCTL_SOURCE_DIR")) + "/tests/golden/prometheus/" +
                     name);
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Numbers the series of one target's texts.
class MetricsTexts {
 public:
  explicit MetricsTexts(uint32_t target = 0) : target_(target) {}

  Scraped Before(std::string_view text) { return Scrape(ScrapeKind::kBefore, text); }
  Scraped During(std::string_view text) { return Scrape(ScrapeKind::kDuring, text); }
  Scraped After(std::string_view text) { return Scrape(ScrapeKind::kAfter, text); }

 private:
  Scraped Scrape(ScrapeKind kind, std::string_view text) {
    Scraped scraped{.target = target_, .kind = kind};
    const auto samples = ParseExposition(text);
    EXPECT_TRUE(samples.ok()) << samples.status();
    for (const MetricSample& sample : *samples) {
      const auto number = static_cast<uint32_t>(numbers_.size());
      const auto [at, is_new] = numbers_.emplace(std::pair(sample.name, sample.labels), number);
      if (is_new) {
        scraped.new_series.push_back(
            {.series = number, .name = sample.name, .labels = sample.labels});
      }
      scraped.samples.emplace_back(at->second, sample.value);
    }
    return scraped;
  }

  const uint32_t target_;
  std::map<std::pair<std::string, MetricLabels>, uint32_t> numbers_;
};

// What one server showed from nothing to `after`.
inline ServerSeries SeriesOf(const EngineProfile& engine, std::string_view before,
                             std::string_view after) {
  const EngineProfile* const engines[] = {&engine};
  ServerSeries series;
  MetricsTexts texts;
  bool ok = series.ApplySamples(texts.Before(before), engines).ok();
  ok = series.ApplySamples(texts.After(after), engines).ok() && ok;
  EXPECT_TRUE(ok);
  return series;
}

}  // namespace specctl::testing
