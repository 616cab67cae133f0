#include "common/engine/response_body.h"

#include <algorithm>
#include <array>

#include "common/engine/done_mark.h"

namespace specctl {
namespace {

constexpr std::string_view kEventStream = "text/event-stream";
constexpr size_t kBeginningBytesMax = 2048;  // kept of a stream, until its first event
// Lines that a stream of events may begin with.
constexpr std::array<std::string_view, 5> kFirstLines = {"data:", "event:", ":", "id:", "retry:"};

bool IsIdentity(std::string_view coding) { return coding.empty() || coding == "identity"; }

}  // namespace

ResponseBody::ResponseBody(StreamDecoder& decoder, size_t event_bytes_max)
    : sse_(event_bytes_max), reader_(decoder) {}

void ResponseBody::BeginResponse(const ResponseReader::Options& options) {
  kind_ = Kind::kPlain;
  any_event_ = false;
  bytes_ = 0;
  sse_.Reset();
  reader_.BeginResponse(options);
  status_ = 0;
  for (std::string* text : {&content_type_, &content_encoding_, &location_, &plain_}) text->clear();
}

void ResponseBody::OnHead(const Head& head) {
  status_ = head.status;
  content_type_ = head.content_type;
  if (!IsIdentity(TrimmedText(head.content_encoding))) content_encoding_ = head.content_encoding;
  location_ = head.location;
  if (status_ != 200 || !content_encoding_.empty()) return;
  kind_ = content_type_ == kEventStream ? Kind::kStream : Kind::kUnsure;
}

bool ResponseBody::TakeAsStream(std::string_view& bytes) {
  plain_.append(bytes.substr(0, kPlainBytesMax - plain_.size()));
  if (kind_ == Kind::kPlain) return false;
  const std::string_view begin = TrimmedText(plain_);
  const bool begins =
      std::any_of(kFirstLines.begin(), kFirstLines.end(),
                  [begin](std::string_view line) { return begin.starts_with(line); });
  if (!begins) {
    const bool may_begin =
        std::any_of(kFirstLines.begin(), kFirstLines.end(),
                    [begin](std::string_view line) { return line.starts_with(begin); });
    if (!may_begin) kind_ = Kind::kPlain;
    return false;
  }
  kind_ = Kind::kStream;
  reader_.PassOver("a content type other than text/event-stream");
  begun_ = plain_;
  begun_.append(SseParser::kPadding, '\0');
  bytes = std::string_view(begun_).substr(0, plain_.size());
  return true;
}

void ResponseBody::KeepBeginning(std::string_view bytes) {
  if (bytes.data() == begun_.data() || plain_.size() >= kBeginningBytesMax) return;
  plain_.append(bytes.substr(0, kBeginningBytesMax - plain_.size()));
}

ResponseVerdict ResponseBody::Judge(const End& end) const {
  ResponseFacts facts;
  facts.head_done = end.head_done;
  facts.http_status = status_;
  facts.is_stream = kind_ == Kind::kStream;
  facts.content_type = content_type_;
  facts.content_encoding = content_encoding_;
  facts.location = location_;
  if (!any_event_) facts.plain_body = plain_;
  facts.fault = end.fault;
  facts.connection_ended = end.connection_ended;
  facts.done_seen = reader_.done_seen();
  facts.has_error = reader_.has_error();
  facts.error = reader_.error();
  facts.error_code = reader_.error_code();
  facts.finish_reason = reader_.finish_reason();
  facts.remark = reader_.remark();
  return JudgeResponse(facts);
}

}  // namespace specctl
