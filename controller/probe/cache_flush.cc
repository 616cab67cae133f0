#include "controller/probe/cache_flush.h"

#include <string>
#include <thread>

#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>

#include "common/engine/error_body.h"
#include "controller/probe/server_questions.h"

namespace specctl::controller {
namespace {

constexpr Nanos kPause = std::chrono::milliseconds(250);

bool SaysThatItFailed(const CacheFlush& flush, std::string_view body) {
  if (flush.failed_text.empty()) return false;
  std::string packed = absl::AsciiStrToLower(std::string(body));
  std::erase_if(packed, [](char c) { return c == ' ' || c == '\n'; });
  return packed.find(flush.failed_text) != std::string::npos;
}

}  // namespace

absl::Status FlushPrefixCache(const ProbeInput& input, const EngineProfile& engine,
                              Nanos patience) {
  const CacheFlush& flush = engine.flush;
  if (flush.path.empty()) {
    return absl::UnimplementedError(
        absl::StrFormat("--flush-cache: %s has no way to clear its prefix cache; leave it out (%s)",
                        std::string(engine.display_name), input.url));
  }
  auto url = ParseTargetUrl(input.url);
  if (!url.ok()) return url.status();
  const ServerQuestions ask(input, *std::move(url));
  absl::StatusOr<HttpReply> reply;
  for (const MonoTime end = MonoNow() + patience;;) {
    reply = ask.Post(std::string(flush.path));
    if (!reply.ok()) return reply.status();
    if (reply->status == 200 && !SaysThatItFailed(flush, reply->body)) return absl::OkStatus();
    if (!SaysThatItFailed(flush, reply->body) || MonoNow() + kPause > end) break;
    std::this_thread::sleep_for(kPause);
  }
  const std::string said = ParseErrorBody(reply->body, reply->status).message;
  return absl::UnimplementedError(
      absl::StrFormat("--flush-cache: POST %s%s answered %d%s; it takes %s", ask.url().ToString(),
                      std::string(flush.path), reply->status, said.empty() ? "" : ": " + said,
                      std::string(flush.needs)));
}

}  // namespace specctl::controller
