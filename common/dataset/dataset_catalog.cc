#include "common/dataset/dataset_catalog.h"

#include <map>

#include <absl/status/statusor.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/json_writer.h"
#include "common/dataset/dataset.h"
#include "common/dataset/dataset_locator.h"
#include "common/dataset/text_table.h"

namespace specctl {
namespace {

using RowsByCategory = std::map<std::string, uint64_t>;

// Counts the rows of files, each once.
class FileCounter {
 public:
  absl::StatusOr<uint64_t> CountRows(const DatasetName& name, const DatasetFile& file) {
    // Twelve names read the same qualitative.jsonl: once is enough.
    const auto [found, is_new] = counted_.try_emplace(file.path, RowsByCategory());
    if (is_new) found->second = Scan(name, file.path);
    if (!found->second.ok()) return found->second.status();
    uint64_t rows = 0;
    for (const auto& [own_category, count] : *found->second) {
      const std::string& category = own_category.empty() ? file.category : own_category;
      if (name.category.empty() || category == name.category) rows += count;
    }
    return rows;
  }

 private:
  static absl::StatusOr<RowsByCategory> Scan(const DatasetName& name, const std::string& path) {
    DatasetRequest request;
    const bool is_speed_bench = name.family == DatasetFamily::kSpeedBench;
    // The whole file, without a category: its rows are counted for every category at once.
    request.dataset = is_speed_bench ? "speed_bench_" + name.config : name.name;
    request.file = path;
    RowsByCategory rows;
    const absl::StatusOr<Dataset> scanned = ScanDataset(
        request, [&](const Conversation& conversation) { ++rows[conversation.category]; });
    if (!scanned.ok()) return scanned.status();
    return rows;
  }

  std::map<std::string, absl::StatusOr<RowsByCategory>> counted_;
};

CatalogEntry MakeEntry(const DatasetName& name, const std::vector<std::string>& search_dirs,
                       FileCounter& counter) {
  CatalogEntry entry;
  entry.name = name.name;
  if (name.family == DatasetFamily::kBuiltin) {
    entry.state = CatalogEntry::State::kFound;
    entry.rows = RowsOfNamedDataset(name).value_or(0);
    return entry;
  }
  const auto fail = [&](CatalogEntry::State state, std::string problem) {
    entry.state = state;
    entry.problem = std::move(problem);
    return entry;
  };
  const absl::StatusOr<std::vector<DatasetFile>> files = LocateDataset(name, search_dirs);
  if (!files.ok()) {
    const bool missing = absl::IsNotFound(files.status());
    return fail(missing ? CatalogEntry::State::kMissing : CatalogEntry::State::kUnusable,
                std::string(files.status().message()));
  }
  for (const DatasetFile& file : *files) {
    entry.path += (entry.path.empty() ? "" : ", ") + file.path;
    const absl::StatusOr<uint64_t> rows = counter.CountRows(name, file);
    if (!rows.ok()) {
      return fail(CatalogEntry::State::kUnusable, std::string(rows.status().message()));
    }
    entry.rows += *rows;
  }
  // The file is there but would end a run at once.
  if (entry.rows == 0) {
    return fail(CatalogEntry::State::kUnusable,
                absl::StrFormat("%s: no row has the category %s", entry.path, name.category));
  }
  entry.state = CatalogEntry::State::kFound;
  return entry;
}

// A problem's first line: the commands that may follow it are for the one who asks for the name.
std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string WhereOf(const CatalogEntry& entry) {
  switch (entry.state) {
    case CatalogEntry::State::kFound:
      return entry.path.empty() ? "generated, only for trying things out" : entry.path;
    case CatalogEntry::State::kMissing:
      return "not found";
    case CatalogEntry::State::kUnusable:
      break;
  }
  return FirstLine(entry.problem);
}

// What is not here, in few words, and how to get it.
std::string MissingLine(const std::vector<std::string>& missing,
                        const std::vector<std::string>& search_dirs, bool all) {
  constexpr std::string_view kFamily = "speed_bench_";
  std::vector<std::string> names;
  size_t of_family = 0;
  for (const std::string& name : missing) {
    if (name.starts_with(kFamily)) {
      ++of_family;
    } else {
      names.push_back(name);
    }
  }
  if (of_family > 0) {
    names.insert(names.begin(), absl::StrFormat("%s* (%d %s)", std::string(kFamily), of_family,
                                                of_family == 1 ? "name" : "names"));
  }
  return absl::StrFormat(
      "not in %s: %s; `specctl dataset inspect NAME` shows how to get one%s\n",
      search_dirs.empty() ? "any folder (none is set)" : absl::StrJoin(search_dirs, ", "),
      absl::StrJoin(names, ", "), all ? "" : ", --all lists them");
}

}  // namespace

std::vector<CatalogEntry> MakeCatalog(const std::vector<std::string>& search_dirs) {
  FileCounter counter;
  std::vector<CatalogEntry> catalog;
  for (const std::string& name : DatasetNames()) {
    catalog.push_back(MakeEntry(*ParseDatasetName(name), search_dirs, counter));
  }
  return catalog;
}

std::string CatalogTable(const std::vector<CatalogEntry>& catalog,
                         const std::vector<std::string>& search_dirs, bool all) {
  std::vector<std::vector<std::string>> rows = {{"name", "rows", "where"}};
  std::vector<std::string> missing;
  for (const CatalogEntry& entry : catalog) {
    const bool found = entry.state == CatalogEntry::State::kFound;
    if (entry.state == CatalogEntry::State::kMissing) {
      missing.push_back(entry.name);
      // Dozens of names that are not here would hide the few that are.
      if (!all) continue;
    }
    rows.push_back({entry.name, found ? WithThousands(entry.rows) : "-", WhereOf(entry)});
  }
  std::string page = TextTable(rows, {false, true, false}) + "\n";
  if (!missing.empty()) page += MissingLine(missing, search_dirs, all);
  return page + "also: builtin_<category>, builtin_throughput_<isl>[_<tier>], or any file\n";
}

std::string CatalogJson(const std::vector<CatalogEntry>& catalog,
                        const std::vector<std::string>& search_dirs) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.ArrayField("searched", search_dirs);
  json.ObjectsField("datasets", catalog, [&](const CatalogEntry& entry) {
    const bool found = entry.state == CatalogEntry::State::kFound;
    json.Field("name", entry.name);
    json.Field("found", found);
    if (found) json.Field("rows", entry.rows);
    json.TextField("path", entry.path);
    json.TextField("problem", entry.problem);
  });
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl
