// Numbers as the Python programs that vLLM consists of write them.
#pragma once

#include <string>

namespace specctl::sim {

// repr(float): "3.0", "0.6666666666666666", "1e-05".  `value` must be finite.
std::string PythonFloat(double value);

// A sample value of Python's prometheus_client: as repr, but from 1e6 on "1e+06", "2.04363e+06".
// `value` must be finite and not negative.
std::string PrometheusFloat(double value);

}  // namespace specctl::sim
