// When the bytes of one read arrived, and who takes them.
#pragma once

#include <string_view>

#include <absl/status/status.h>

#include "common/base/clock.h"

namespace specctl::agent {

// All bytes of the read arrived in (early, late]; its last byte at `late` exactly, where `exact`.
struct ReadArrival {
  MonoTime late;   // the kernel's receive stamp; without one, when this process had the bytes
  MonoTime early;  // nothing of the read had arrived by then
  bool stamped = true;
  bool filled = false;          // the read filled the buffer: its stamp may be a later byte's
  bool partial_record = false;  // TLS: the read ended within a record, whose start is not seen yet
  Nanos awaited{0};  // how much of the interval this process waited for it, ready to read at once
  // Whether `late` is when the last byte that was handed on arrived.
  bool exact() const { return stamped && !filled && !partial_record; }
  // What of the interval is this process's doing: it was busy, or put the read off.
  Nanos bound() const { return late - early - awaited; }
};

// Takes the bytes of a connection, decrypted.
class ByteSink {
 public:
  // Bytes are followed by so many that can be read, whatever they are: parsers look ahead.
  static constexpr size_t kPadding = 64;

  virtual ~ByteSink() = default;
  // Bytes will come soon: what they need may be fetched into the cache.
  virtual void PrefetchForBytes() const {}
  // Bytes of one read, in one or several pieces, followed by one OnReadEnd().
  virtual void OnBytes(std::string_view bytes) = 0;
  virtual void OnReadEnd(const ReadArrival& arrival) = 0;
  // The peer closed (OK) or the connection failed.  Nothing follows.
  virtual void OnEnd(const absl::Status& why) = 0;
};

}  // namespace specctl::agent
