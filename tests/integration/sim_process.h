// A `specctl sim` in a process of its own, and a blocking client for it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace specctl::sim {

inline constexpr const char* kChat = "/v1/chat/completions";
// Of its metrics.
inline const std::string kLabels = R"({engine="0",model_name="sim"})";

// Runs the simulated engine with the given flags on ports that the kernel chooses.
class SimProcess {
 public:
  // Returns when it listens, or has ended.
  explicit SimProcess(const std::vector<std::string>& flags);
  SimProcess(const SimProcess&) = delete;
  SimProcess& operator=(const SimProcess&) = delete;
  ~SimProcess();  // ends it

  const std::vector<int>& ports() const { return ports_; }
  int port() const { return ports_.at(0); }
  void Signal(int signal) const;

  // Waits for the end; asks for it by SIGTERM first, unless `by_itself`.  Returns its exit status.
  int Wait(bool by_itself = false);
  // All that it has printed until its end.  Precondition: Wait() has returned.
  const std::string& output() const { return output_; }

 private:
  bool ReadLine();

  pid_t pid_ = -1;
  int pipe_ = -1;
  std::string output_;
  size_t parsed_ = 0;  // of output_
  std::vector<int> ports_;
};

// One connection.  Reads give up after 10 s without a byte.
class SimClient {
 public:
  explicit SimClient(int port);
  SimClient(const SimClient&) = delete;
  SimClient& operator=(const SimClient&) = delete;
  ~SimClient() { Close(); }

  bool connected() const { return fd_ >= 0; }
  void Send(const std::string& bytes) const;
  void Close();
  void GiveUpAfterMillis(int millis) const;

  enum class Ended { kComplete, kClosed, kReset, kSilent };
  struct Reply {
    std::string head;
    std::string body;   // without chunk sizes
    size_t chunks = 0;  // HTTP chunks
    Ended ended = Ended::kComplete;
  };
  // Reads one reply to its end, whatever that is.
  Reply ReadReply();
  // Reads until `part` has come, and keeps it; false where the connection ends before.
  bool ReadUntil(const std::string& part);
  // Whether the server closes; waits for it.
  bool ReadsEnd();

  // Sends and reads.
  Reply Get(const std::string& path);
  Reply Post(const std::string& path, const std::string& body, const std::string& headers = "");

 private:
  Ended Fill();
  Ended TakeLine(std::string& line);
  Ended TakeBytes(size_t count, std::string& bytes);

  int fd_ = -1;
  std::string unread_;
};

std::string PostBytes(const std::string& path, const std::string& body,
                      const std::string& headers = "");

// A streamed chat request with continuous usage.
std::string ChatBody(const std::string& prompt, int max_tokens, bool ignore_eos = false);

// Last completion_tokens that `body` tells; 0 where it tells none.
int CompletionTokens(const std::string& body);
size_t CountOf(const std::string& text, const std::string& part);
// Value of the sample whose line begins with `name`, labels and all.
double MetricValue(const std::string& text, const std::string& name);

}  // namespace specctl::sim
