// SglangRequestLog: SGLang's file of metrics by request (--export-metrics-to-file).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/sim/sglang_meta_info.h"

namespace specctl::sim {

// Name of the file for the hour of `time`, in UTC: "sglang-request-metrics-20261122_11.log".
std::string SglangRequestLogName(UnixTime time);

// A line of it, without its end, as Python's json.dumps writes it.  Pure.
std::string SglangRequestLine(const SglangMetaInfo& meta);

// Adds a line to the files of `folder` for each request that ends; what can't be written is lost,
// as with SGLang.  Not thread-safe.
class SglangRequestLog {
 public:
  SglangRequestLog(std::string folder, SglangNames names, uint32_t draft_length)
      : folder_(std::move(folder)), names_(names), draft_length_(draft_length) {}

  void Add(const ReplyState& state, const InferenceRequest& request,
           const ReplyIdentity& identity) const;

 private:
  const std::string folder_;
  const SglangNames names_;
  const uint32_t draft_length_;
};

// A writer whose requests are logged at their end.
class LoggedReply final : public ReplyWriter {
 public:
  // `log`, `request` and `identity` must outlive it.
  LoggedReply(std::unique_ptr<ReplyWriter> writer, const SglangRequestLog& log,
              const InferenceRequest& request, const ReplyIdentity& identity)
      : writer_(std::move(writer)), log_(log), request_(request), identity_(identity) {}

  void WriteOpening(const ReplyState& state, std::string& out) override {
    writer_->WriteOpening(state, out);
  }
  void WriteEmpty(const ReplyState& state, std::string& out) override {
    writer_->WriteEmpty(state, out);
  }
  bool WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) override;
  std::string WholeBody(const ReplyState& state) const override;

 private:
  const std::unique_ptr<ReplyWriter> writer_;
  const SglangRequestLog& log_;
  const InferenceRequest& request_;
  const ReplyIdentity& identity_;
};

}  // namespace specctl::sim
