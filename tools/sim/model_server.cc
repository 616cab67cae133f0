#include "tools/sim/model_server.h"

#include <absl/strings/str_format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "common/base/task_group.h"
#include "tools/sim/replica.h"
#include "tools/sim/serve.h"

namespace specctl::sim {
namespace {

namespace asio = boost::asio;

void PrintTotals(const std::string& url, Replica& replica) {
  const EngineCounters& counters = replica.engine().model().counters();
  const std::string line = absl::StrFormat(
      "%s  connections %d  requests %d  finished %d  prompt tokens %d  generated tokens %d  drafts "
      "%d  accepted %d  steps %d  late steps %d  faults %d\n",
      url, replica.totals().connections, replica.totals().inference_requests,
      counters.finished_by_stop + counters.finished_by_length, counters.prompt_tokens,
      counters.generation_tokens, counters.drafts, counters.accepted_tokens,
      counters.iteration_tokens.count(), counters.overruns, replica.totals().faults);
  std::fputs(line.c_str(), stdout);
}

Task<void> StopAll(std::vector<std::unique_ptr<Replica>>& replicas) {
  // All of them first: joining one must not wait for what another still serves.
  for (const auto& replica : replicas) replica->Stop();
  for (const auto& replica : replicas) co_await replica->Join();
}

class Server {
 public:
  // Catches signals from now on: whoever reads where this listens may send one at once.
  Server(const SimOptions& options, SendLog* log)
      : options_(options), log_(log), context_(1), signals_(context_, SIGINT, SIGTERM) {}

  absl::Status Listen() {
    std::vector<std::string> urls;
    for (uint32_t i = 0; i < options_.replicas; ++i) {
      auto replica = std::make_unique<Replica>(context_.get_executor(), options_, log_);
      // Each gets its own from the kernel, or they follow one another.
      const uint16_t port = options_.port == 0 ? 0 : static_cast<uint16_t>(options_.port + i);
      if (absl::Status listening = replica->Listen(port); !listening.ok()) return listening;
      urls_.push_back(replica->url());
      replicas_.push_back(std::move(replica));
    }
    return AnnounceUrls(urls_, options_.port_file);
  }

  // Serves until a signal comes.
  void Run() {
    Replica& first = *replicas_.front();
    if (options_.die_after) first.EndAfter(*options_.die_after, Replica::End::kDie);
    if (options_.silent_after) first.EndAfter(*options_.silent_after, Replica::End::kSilent);
    // With others left the server lives on, as a cluster does.
    if (replicas_.size() == 1) first.SetOnDead([this] { Stop(); });
    for (const auto& replica : replicas_) replica->Start();
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) Stop();
    });
    context_.run();
    // An exception here is a bug: it ends the program, and is not printed as totals.
    if (failure_) std::rethrow_exception(failure_);
    for (size_t i = 0; i < replicas_.size(); ++i) PrintTotals(urls_[i], *replicas_[i]);
  }

 private:
  void Stop() {
    signals_.cancel();
    asio::co_spawn(context_, StopAll(replicas_),
                   [this](std::exception_ptr failure) { failure_ = std::move(failure); });
  }

  const SimOptions& options_;
  SendLog* const log_;
  asio::io_context context_;
  asio::signal_set signals_;
  std::vector<std::string> urls_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  std::exception_ptr failure_;
};

}  // namespace

absl::Status RunModelServer(const SimOptions& options) { return Serve<Server>(options); }

}  // namespace specctl::sim
