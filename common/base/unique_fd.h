// UniqueFd: a file descriptor that is closed with its object.
#pragma once

namespace specctl {

// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd() { Reset(); }
  int get() const { return fd_; }  // -1: none
  int Release();                   // the caller owns it
  void Reset();

 private:
  int fd_ = -1;
};

}  // namespace specctl
