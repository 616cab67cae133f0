// RequestDialect: how requests are put to one server, as its engine takes them and the probe found
// it.  It travels from the probe to the agents as one text that nobody between opens.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

namespace specctl {

// A field of a request's JSON body.
struct RequestField {
  std::string key;   // unescaped
  std::string json;  // its value, as JSON
  bool operator==(const RequestField&) const = default;
};

struct RequestDialect {
  // What each streamed request asks for besides the user's own fields, in this order.
  std::vector<RequestField> stream_fields;
  // The server's usage on chunks was found to be wrong: not to be used even where it comes.
  bool ignore_usage_on_chunks = false;
  // It closes the connection after a stream, whatever the response's head says.
  bool closes_after_stream = false;
  bool operator==(const RequestDialect&) const = default;
};

// What an engine may be asked for.  A server may refuse any of it, which the probe finds out.
struct StreamRequests {
  bool usage = true;              // stream_options.include_usage
  bool continuous_usage = false;  // stream_options.continuous_usage_stats; needs `usage`
  // Fields of that engine alone, as JSON: an engine that does not know them may refuse the request.
  std::span<const std::string_view> flags = {};             // each set to true
  std::span<const std::string_view> instead_of_usage = {};  // likewise, without continuous usage
  // A field that has chunks of completions tell their token ids, and its value as JSON; empty:
  // there is none.  Asked for where reply_ids is true.
  std::string_view ids_key = {}, ids_json = {};
  bool reply_ids = false;
};

// The fields that ask for that.
std::vector<RequestField> StreamFields(const StreamRequests& requests);

// One line of JSON, and back: DecodeDialect(EncodeDialect(d)) == d.  An empty text is the default.
// INVALID_ARGUMENT where it is no such text.
std::string EncodeDialect(const RequestDialect& dialect);
absl::StatusOr<RequestDialect> DecodeDialect(std::string_view text);

}  // namespace specctl
