#include "tools/specctl/daemon_log.h"

#include <chrono>
#include <memory>
#include <string>

#include <absl/strings/str_format.h>
#include <absl/time/time.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "common/base/json_writer.h"
#include "common/base/printable.h"
#include "tools/specctl/print_page.h"

namespace specctl::cli {
namespace {

std::string View(spdlog::string_view_t text) { return {text.data(), text.size()}; }

// One line a message.
class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(bool json) : json_(json) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ",
                                              absl::FromChrono(message.time), absl::UTCTimeZone());
    const std::string level = View(spdlog::level::to_string_view(message.level));
    std::string line;
    if (json_) {
      JsonWriter json;
      json.BeginObject();
      json.Field("time", time);
      json.Field("level", level);
      json.Field("message", View(message.payload));
      json.EndObject();
      line = std::move(json).Take() + "\n";
    } else {
      line = absl::StrFormat("%s %s %s\n", time, level, Printable(View(message.payload)));
    }
    out.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<LineFormatter>(json_);
  }

 private:
  const bool json_;
};

}  // namespace

void AddLogFormat(CLI::App& app, std::string& format) {
  app.add_option("--log-format", format, "Log lines as text or json [text]")
      ->check(CLI::IsMember({"text", "json"}));
}

void TellDaemonsUser(std::string_view who, const std::string& text, const std::string& format) {
  if (format == "json") {
    spdlog::warn("{}", text);
  } else {
    Say(absl::StrFormat("%s: %s", who, text));
  }
}

void BeginDaemonLog(const std::string& format) {
  auto logger = std::make_shared<spdlog::logger>("specctl",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(std::make_unique<LineFormatter>(format == "json"));
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace specctl::cli
