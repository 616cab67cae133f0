#include "recorded_reply.h"

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "tools/sim/reply.h"

namespace specctl::sim {
namespace {

namespace json = boost::json;

std::filesystem::path RecordingsFolder() {
  const char* root = std::getenv("SPECCTL_SOURCE_DIR");
  return std::filesystem::path(root == nullptr ? "." : root) / "../shared/data/engines";
}

std::string MemberText(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found == nullptr || !found->is_string() ? "" : std::string(found->as_string());
}

void Mask(json::value& value, std::string_view key = "") {
  if (value.is_object()) {
    for (auto& [name, member] : value.as_object()) Mask(member, name);
  } else if (value.is_array()) {
    for (json::value& item : value.as_array()) Mask(item, key);
    // Of many alike one is enough.
    if (value.as_array().size() > 1 && !value.as_array().front().is_structured()) {
      value.as_array().resize(1);
    }
  } else if (value.is_number()) {
    value = 0;
  } else if (value.is_string() && key != "finish_reason" && key != "object" && key != "role") {
    value = "";
  }
}

// JSON masked; other text as it is.
std::string MaskedJson(std::string_view text) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  if (failed) return std::string(text);
  Mask(value);
  return json::serialize(value);
}

std::string MaskedEvents(absl::string_view chunk) {
  std::string out;
  for (absl::string_view event : absl::StrSplit(chunk, "\n\n", absl::SkipEmpty())) {
    if (!out.empty()) out += " | ";
    constexpr absl::string_view kData = "data: ";
    const size_t data = event.find(kData);
    if (data == absl::string_view::npos) {
      out += std::string(event);
      continue;
    }
    const absl::string_view body = event.substr(data + kData.size());
    out += std::string(event.substr(0, data)) + MaskedJson({body.data(), body.size()});
  }
  return out;
}

// Headers whose values change: their names alone.
std::string MaskedHeader(absl::string_view line) {
  static const std::set<std::string> kChanging = {"date", "content-length", "Content-Length"};
  const std::string name(line.substr(0, line.find(':')));
  return kChanging.contains(name) ? name : std::string(line);
}

void AppendUnlessAlike(std::string entry, std::vector<std::string>& entries) {
  if (entries.empty() || entries.back() != entry) entries.push_back(std::move(entry));
}

void AppendChunks(absl::string_view body, std::vector<std::string>& entries) {
  while (!body.empty()) {
    const size_t line = body.find("\r\n");
    const size_t size = std::strtoull(std::string(body.substr(0, line)).c_str(), nullptr, 16);
    if (line == absl::string_view::npos) return AppendUnlessAlike("(cut)", entries);
    AppendUnlessAlike(size == 0 ? "(last chunk)" : MaskedEvents(body.substr(line + 2, size)),
                      entries);
    body.remove_prefix(std::min(body.size(), line + 2 + size + 2));
  }
}

}  // namespace

bool RecordingsAreHere() { return std::filesystem::exists(RecordingsFolder()); }

std::string RecordedText(const std::string& name) {
  std::ifstream file(RecordingsFolder() / name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

RecordedReply Recorded(const std::string& name) {
  RecordedReply recorded;
  recorded.bytes = RecordedText(name + ".http");
  const json::value parsed = json::parse(RecordedText(name + ".request.json"));
  const json::object& request = parsed.as_object();
  recorded.request.method = MemberText(request, "method");
  recorded.request.path = MemberText(request, "path");
  recorded.request.content_type = "application/json";
  if (const json::value* body = request.if_contains("body")) {
    recorded.request.body = json::serialize(*body);
  }
  if (request.contains("body_raw")) recorded.request.body = MemberText(request, "body_raw");
  const json::value* headers = request.if_contains("headers");
  // A list holds what the client asked of the connection.
  recorded.request.close = headers != nullptr && headers->is_array();
  if (headers != nullptr && headers->is_object()) {
    recorded.request.authorization = MemberText(headers->as_object(), "Authorization");
  }
  return recorded;
}

std::vector<std::string> Masked(const std::string& bytes) {
  std::vector<std::string> entries;
  const size_t end = bytes.find("\r\n\r\n");
  EXPECT_NE(end, std::string::npos) << bytes.substr(0, 200);
  if (end == std::string::npos) return entries;
  bool chunked = false;
  for (const absl::string_view line :
       absl::StrSplit(absl::string_view(bytes.data(), end), "\r\n")) {
    entries.push_back(entries.empty() ? std::string(line) : MaskedHeader(line));
    chunked = chunked || line.find("chunked") != absl::string_view::npos;
  }
  const absl::string_view body = absl::string_view(bytes).substr(end + 4);
  if (chunked) {
    AppendChunks(body, entries);
  } else {
    entries.push_back(MaskedJson({body.data(), body.size()}));
  }
  return entries;
}

ReplyOptions WithQuirks(std::initializer_list<const char*> quirks) {
  ReplyOptions options;
  for (const char* quirk : quirks) EXPECT_TRUE(options.quirks.Add(quirk).ok()) << quirk;
  return options;
}

std::string Answered(Flavour& flavour, const HttpRequest& request, uint32_t tokens_a_step,
                     const ReplyOptions& options) {
  const ReplyHead head{.date = UnixTime(std::chrono::seconds(1795346035)), .close = request.close};
  auto answer = flavour.Answer(request);
  if (const PlainReply* plain = std::get_if<PlainReply>(&answer)) {
    return flavour.PlainBytes(*plain, head);
  }
  InferenceRequest inference = std::get<InferenceRequest>(std::move(answer));
  if (inference.refused_by_engine) {
    return flavour.StreamHeadBytes(head) + flavour.ErrorEvents(*inference.refused_by_engine);
  }
  ReplyIdentity identity{.response_id = flavour.ResponseId(inference, "", 0),
                         .model = inference.model,
                         .created_unix_s = 1795346035};
  const uint64_t wanted = std::max<uint64_t>(1, inference.max_tokens);
  Reply reply(std::move(inference), std::move(identity), options, Draws{1}, flavour);
  std::string bytes = reply.Begin(head);
  uint64_t made = 0;
  for (StepOutput step; made < wanted; ++step.step) {
    step.decode = step.step > 0;
    step.drafted = step.decode && tokens_a_step > 1 ? 3 : 0;
    step.accepted = step.decode ? tokens_a_step - 1 : 0;
    step.tokens =
        static_cast<uint32_t>(std::min<uint64_t>(step.decode ? tokens_a_step : 1, wanted - made));
    made += step.tokens;
    if (made == wanted) step.finish = Finish::kLength;
    for (const ReplyPiece& piece : reply.OnStep(step, head)) bytes += piece.bytes;
  }
  return bytes;
}

SimulatedServer::SimulatedServer(FlavourOptions options, uint32_t draft_length)
    : batch{.draft_length = draft_length, .kv_tokens_max = 20'000},
      model([&] {
        AdaptBatch(options.engine, batch);
        return BatchModel(batch);
      }()),
      flavour(MakeFlavour(options, {.batch = batch, .model = model, .started = UnixTime()})) {}

std::vector<std::string> FamiliesOf(const std::string& exposition) {
  std::map<std::string, std::string> types;
  std::set<std::string> families;
  for (const absl::string_view line : absl::StrSplit(exposition, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words.size() == 4 && words[0] == "#" && words[1] == "TYPE") types[words[2]] = words[3];
    if (line[0] == '#') continue;
    std::string name(line.substr(0, line.find_first_of("{ ")));
    for (const char* end : {"_bucket", "_sum", "_count"}) {
      const std::string whole = name.substr(0, name.rfind(end));
      if (name.ends_with(end) && types.contains(whole)) name = whole;
    }
    std::set<std::string> labels;
    if (const size_t open = line.find('{'); open != absl::string_view::npos) {
      const absl::string_view list = line.substr(open + 1, line.rfind('}') - open - 1);
      for (const absl::string_view label : absl::StrSplit(list, "\",")) {
        labels.insert(std::string(label.substr(0, label.find('='))));
      }
    }
    labels.erase("le");
    families.insert(absl::StrFormat("%s{%s} %s", name, absl::StrJoin(labels, ","), types[name]));
  }
  return {families.begin(), families.end()};
}

}  // namespace specctl::sim
