// A record's bytes as an event: refused, or an event that encodes to what decodes to itself.
#include <cstdint>

#include "common/journal/event_codec.h"
#include "tests/fuzz/journal/event_round_trip.h"
#include "tests/fuzz/quiet_protobuf.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  specctl::v1::Event encoded;
  if (!encoded.ParseFromArray(data, static_cast<int>(size))) return 0;
  const auto event = specctl::EventFromProto(encoded);
  if (event.ok()) specctl::RequireRoundTrip(*event);
  return 0;
}
