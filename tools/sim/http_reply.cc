#include "tools/sim/http_reply.h"

#include <absl/strings/str_format.h>

#include <array>
#include <charconv>
#include <ctime>

namespace specctl::sim {
namespace {

// RFC 9110's IMF-fixdate, whatever the locale is.
std::string HttpDate(UnixTime time) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return absl::StrFormat("%s, %02d %s %d %02d:%02d:%02d GMT",
                         kDays[static_cast<size_t>(utc.tm_wday)], utc.tm_mday,
                         kMonths[static_cast<size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                         utc.tm_min, utc.tm_sec);
}

void AppendHead(int status, UnixTime date, std::string& out) {
  absl::StrAppendFormat(&out, "HTTP/1.1 %d %s\r\ndate: %s\r\nserver: uvicorn\r\n", status,
                        HttpReason(status), HttpDate(date));
}

}  // namespace

std::string_view HttpReason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 429:
      return "Too Many Requests";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

std::string PlainReplyBytes(const PlainReply& reply, const ReplyHead& head) {
  std::string out;
  AppendHead(reply.status, head.date, out);
  if (!reply.allow.empty()) absl::StrAppendFormat(&out, "allow: %s\r\n", reply.allow);
  absl::StrAppendFormat(&out, "content-length: %d\r\n", reply.body.size());
  // /health has no body and no type.
  if (!reply.content_type.empty()) {
    absl::StrAppendFormat(&out, "content-type: %s\r\n", reply.content_type);
  }
  if (reply.vary_origin) out += "vary: Origin\r\n";
  // The order of uvicorn's headers.
  if (head.close) out += "connection: close\r\n";
  out += "\r\n";
  out += reply.body;
  return out;
}

std::string StreamHead(const ReplyHead& head) {
  std::string out;
  AppendHead(200, head.date, out);
  out += "content-type: text/event-stream; charset=utf-8\r\n";
  if (head.vary_origin) out += "vary: Origin\r\n";
  if (head.close) out += "connection: close\r\n";
  out += "transfer-encoding: chunked\r\n\r\n";
  return out;
}

void AppendHttpChunk(std::string_view payload, std::string& out) {
  std::array<char, 16> size;
  const auto [end, error] =
      std::to_chars(size.data(), size.data() + size.size(), payload.size(), 16);
  static_cast<void>(error);  // 16 hex digits hold every size
  out.append(size.data(), end);
  out += "\r\n";
  out += payload;
  out += "\r\n";
}

}  // namespace specctl::sim
