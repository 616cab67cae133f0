// HttpFace: what a daemon shows over HTTP: health and metrics, to be read only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace specctl::cli {

struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// On a thread of its own.  GET and HEAD alone; a request has a head of at most 8 KiB, 5 s to
// arrive, and no body; at most 64 connections at a time, more are closed at once.  Each connection
// is closed after its answer.
class HttpFace {
 public:
  // `target`: path and query of the request.  Called on the face's thread; must not block.
  using Answer = std::function<HttpAnswer(std::string_view target)>;

  // `listen`: host:port; port 0: the kernel's choice.
  // INVALID_ARGUMENT  that is none
  // UNAVAILABLE       it can't listen there; says why
  static absl::StatusOr<std::unique_ptr<HttpFace>> Start(const std::string& listen, Answer answer);
  ~HttpFace();

  const std::string& url() const;  // "http://127.0.0.1:8080"

 private:
  class Server;
  explicit HttpFace(std::unique_ptr<Server> server);

  const std::unique_ptr<Server> server_;
};

}  // namespace specctl::cli
