// ReplicaSet: which servers stand behind one name, as it is looked up again and again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace specctl::controller {

// A replica lives as long as its address is among those of the name, and beyond that as long as it
// answers: one that is being drained leaves the name first, and still works.  Replicas are numbered
// from 0 in the order in which they are first seen; an address that comes back after its replica
// has gone is a new one.  Pure; not thread-safe.
class ReplicaSet {
 public:
  // Alive at a time; addresses beyond are left out.
  static constexpr size_t kAliveMax = 512;

  struct Replica {
    uint32_t number = 0;
    boost::asio::ip::address address;
  };

  // Takes what the name stands for now, and returns those of it that are new.
  std::vector<Replica> TakeAddresses(std::span<const boost::asio::ip::address> addresses);
  // One of an earlier life of the run, which is alive as far as is known.
  void TakeUp(const Replica& replica);
  // The replica did not answer.  Whether it is gone, for good.
  bool TakeFailure(uint32_t number);

  size_t alive() const { return alive_.size(); }
  // Different addresses of the last look-up that were left out.
  size_t left_out() const { return left_out_; }

 private:
  struct Alive {
    Replica replica;
    bool listed = true;
  };

  std::vector<Alive> alive_;
  uint32_t seen_ = 0;
  size_t left_out_ = 0;
};

}  // namespace specctl::controller
