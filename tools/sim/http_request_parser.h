// HttpRequestParser: bytes of one connection -> requests.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace specctl::sim {

inline constexpr size_t kPipelinedBytesMax = 64u << 20;      // of requests that wait
inline constexpr auto kIdleLimit = std::chrono::seconds(5);  // of a connection between two

struct HttpRequest {
  std::string method;
  std::string path;  // without a query
  std::string body;
  std::string content_type;
  std::string authorization;
  std::string request_id;  // X-Request-Id
  std::string category;    // X-Category
  bool close = false;      // the connection ends after the reply: asked for, or HTTP/1.0
};

// Bodies are at most 64 MiB, heads at most 64 KiB.  Not thread-safe.
class HttpRequestParser {
 public:
  HttpRequestParser();
  ~HttpRequestParser();

  // Takes bytes up to the end of one request and returns how many; what it did not take belongs to
  // the next request, or is given again together with what follows.
  // INVALID_ARGUMENT  these bytes are no HTTP request; the connection is of no further use
  absl::StatusOr<size_t> Feed(std::string_view bytes);

  // Whether a request is whole; then TakeRequest() gives it and the next one can be fed.
  bool done() const;
  HttpRequest TakeRequest();

  // The head has come and says `Expect: 100-continue`; true once a request.
  bool TakeContinueExpected();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace specctl::sim
