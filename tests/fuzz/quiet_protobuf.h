// Keeps Protocol Buffers from printing a line for each input that it refuses.
#pragma once

#include <google/protobuf/stubs/logging.h>

namespace specctl {

inline google::protobuf::LogHandler* const kReplacedLogHandler =
    google::protobuf::SetLogHandler(nullptr);

}  // namespace specctl
