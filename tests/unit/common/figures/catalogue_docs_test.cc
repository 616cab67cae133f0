// docs/metrics.md and the catalogue define the same figures.
#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "common/figures/catalogue.h"
#include "common/figures/statistic.h"

namespace specctl {
namespace {

// What a document's section defines: the names of its tables' first columns, each with the second
// column.  "histogram[k]" is `histogram`.
using Definitions = std::map<std::string, std::string>;

std::string SourceText(const std::string& path) {
  const char* root = std::getenv("SPECCTL_SOURCE_DIR");
  std::ifstream file(std::string(root == nullptr ? "." : root) + "/" + path);
  EXPECT_TRUE(file.good()) << path << ": not found; set SPECCTL_SOURCE_DIR";
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// From the heading that is `heading` to the next one.
Definitions DefinedIn(const std::string& document, const std::string& heading) {
  static const std::regex kRow(R"(\| (`[^|]*) \| ([^|]*) \|.*)");
  static const std::regex kName(R"(`([a-z0-9_.]+)(\[[^\]]*\])?`)");
  Definitions defined;
  std::istringstream lines(document);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) inside = line == heading;
    std::smatch row;
    if (!inside || !std::regex_match(line, row, kRow)) continue;
    const std::string names = row[1];
    for (std::sregex_iterator name(names.begin(), names.end(), kName), end; name != end; ++name) {
      const bool first = defined.emplace((*name)[1], row[2]).second;
      EXPECT_TRUE(first) << heading << " defines " << (*name)[1] << " twice";
    }
  }
  return defined;
}

struct Section {
  std::string heading;
  bool has_unit = false;                       // in its second column
  std::map<std::string, std::string> figures;  // of the catalogue: key, and unit
};

template <class Definition>
void AddKeys(std::span<const Definition> catalogue, Section& section) {
  for (const Definition& figure : catalogue) {
    section.figures.emplace(figure.key, UnitName(figure.unit));
  }
}

Section OfGroups(std::string heading, std::set<FigureGroup> groups) {
  Section section{.heading = std::move(heading)};
  for (const FigureDefinition& figure : Catalogue()) {
    if (groups.contains(figure.group)) {
      section.figures.emplace(figure.key, UnitName(figure.unit));
    }
  }
  return section;
}

std::vector<Section> Sections() {
  std::vector<Section> sections = {
      OfGroups("## Throughput", {FigureGroup::kThroughput}),
      OfGroups("## Latencies of ok requests that began in the hold", {FigureGroup::kLatency}),
      OfGroups("## Lengths", {FigureGroup::kLength}),
      OfGroups("## Acceptance", {FigureGroup::kAcceptance})};
  for (size_t i = 0; i < 3; ++i) sections[i].has_unit = true;
  AddKeys(ConservationCatalogue(), sections.emplace_back(Section{.heading = "## Conservation"}));
  AddKeys(TokenCatalogue(), sections.emplace_back(Section{.heading = "## Tokens of the run"}));
  sections.back().has_unit = true;
  AddKeys(NetworkCatalogue(), sections.emplace_back(Section{.heading = "### Network"}));
  sections.back().has_unit = true;
  AddKeys(AgentCatalogue(), sections.emplace_back(Section{.heading = "## Agents"}));
  AddKeys(ArrivalCatalogue(), sections.emplace_back(Section{.heading = "## Arrivals"}));
  sections.back().has_unit = true;
  Section& servers = sections.emplace_back(Section{.heading = "## Servers"});
  AddKeys(CounterCatalogue(), servers);
  AddKeys(ServerCatalogue(), servers);
  AddKeys(ServerLatencyCatalogue(),
          sections.emplace_back(Section{.heading = "### Latencies as the servers see them"}));
  AddKeys(WindowCatalogue(),
          sections.emplace_back(Section{.heading = "## Windows (`curves.csv`)"}));
  return sections;
}

// What the section of the document lacks, has too much, or gives another unit; empty: nothing.
std::string Differences(const std::string& document, const Section& section) {
  const Definitions defined = DefinedIn(document, section.heading);
  std::string text;
  for (const auto& [key, unit] : section.figures) {
    const auto found = defined.find(key);
    if (found == defined.end()) {
      text += section.heading + ": no definition of " + key + "\n";
    } else if (section.has_unit && found->second != unit) {
      text +=
          section.heading + ": " + key + " has the unit " + unit + ", not " + found->second + "\n";
    }
  }
  for (const auto& [key, unit] : defined) {
    if (!section.figures.contains(key)) text += section.heading + ": no figure " + key + "\n";
  }
  return text;
}

TEST(CatalogueDocsTest, MetricsPageDefinesEveryFigureAndNoOther) {
  const std::string document = SourceText("docs/metrics.md");
  for (const Section& section : Sections()) EXPECT_EQ(Differences(document, section), "");
}

TEST(CatalogueDocsTest, MetricsPageDefinesEveryStatistic) {
  Section section{.heading = "## Statistics of a distribution"};
  for (const Statistic& each : Statistics()) section.figures.emplace(each.key, "");
  section.figures.emplace("count", "");
  EXPECT_EQ(Differences(SourceText("docs/metrics.md"), section), "");
}

TEST(CatalogueDocsTest, WhatIsMissingUnknownOrOfAnotherUnitIsFound) {
  const std::string document =
      "## Throughput\n\n| figure | unit | definition |\n|---|---|---|\n"
      "| `output_tps` | tokens/s | x |\n| `total_tps` | 1/s | x |\n| `steps[k]`, `odd` | ms | x |\n"
      "## Other\n| `user_tps_mean` | tokens/s | x |\n";
  const Section section{.heading = "## Throughput",
                        .has_unit = true,
                        .figures = {{"output_tps", "tokens/s"},
                                    {"total_tps", "tokens/s"},
                                    {"user_tps_mean", "tokens/s"},
                                    {"steps", "ms"}}};
  EXPECT_EQ(Differences(document, section),
            "## Throughput: total_tps has the unit tokens/s, not 1/s\n"
            "## Throughput: no definition of user_tps_mean\n"
            "## Throughput: no figure odd\n");
}

}  // namespace
}  // namespace specctl
