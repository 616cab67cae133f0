// Waits until the kernel stamps what it receives, which it begins some time after it was asked to.
#pragma once

namespace specctl::fakes {

// Keeps the stamps on for the rest of the process.
void AwaitReceiveStamps();

}  // namespace specctl::fakes
