// A port on which connecting neither succeeds nor fails.
#pragma once

#include <memory>
#include <vector>

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace specctl::fakes {

// A listening socket of the loopback that never accepts, its queue full.
class HangingPort {
 public:
  explicit HangingPort(boost::asio::io_context& io)
      : full_(io, {boost::asio::ip::address_v4::loopback(), 0}, false) {
    full_.listen(0);
    for (int i = 0; i < 4; ++i) {
      queued_.push_back(std::make_unique<boost::asio::ip::tcp::socket>(io));
      queued_.back()->open(boost::asio::ip::tcp::v4());
      queued_.back()->non_blocking(true);
      // Asio's own connect() would wait.
      const auto endpoint = full_.local_endpoint();
      [[maybe_unused]] const int in_progress =
          ::connect(queued_.back()->native_handle(), endpoint.data(),
                    static_cast<socklen_t>(endpoint.size()));
    }
  }
  boost::asio::ip::tcp::endpoint endpoint() const { return full_.local_endpoint(); }

 private:
  boost::asio::ip::tcp::acceptor full_;
  std::vector<std::unique_ptr<boost::asio::ip::tcp::socket>> queued_;
};

}  // namespace specctl::fakes
