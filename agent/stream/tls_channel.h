// TlsChannel: TLS between bytes and bytes, so that the socket's reads keep their stamps.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <openssl/types.h>

namespace specctl::agent {

// A TLS client over memory buffers.  Sans-I/O: what is to be sent is fetched with TakeOutput(),
// what was received is given to Feed().  Not thread-safe.
class TlsChannel {
 public:
  // For a server called `host`, a name (sent as SNI, checked against the certificate) or an
  // address (checked).  INTERNAL where OpenSSL has no memory.
  static absl::StatusOr<std::unique_ptr<TlsChannel>> Create(SSL_CTX* context,
                                                            const std::string& host);
  TlsChannel(const TlsChannel&) = delete;
  ~TlsChannel();

  void Feed(std::string_view received);
  // Goes on with the handshake.  UNAUTHENTICATED where the certificate is refused, UNAVAILABLE for
  // any other failure; the message says why.
  absl::Status Handshake();
  bool established() const { return established_; }

  // Encrypts all of `plain`.
  absl::Status WritePlain(std::string_view plain);
  // Decrypts into `buffer`; 0: nothing more for now, or the end if closed().
  absl::StatusOr<size_t> ReadPlain(std::span<char> buffer);
  bool closed() const { return closed_; }  // the peer said that nothing follows
  // Received bytes that make no whole record yet.
  bool has_partial_record() const;

  // What is to be sent, appended to `output`.
  void TakeOutput(std::string& output);

 private:
  TlsChannel() = default;

  SSL* ssl_ = nullptr;
  BIO* received_ = nullptr;  // owned by ssl_
  BIO* output_ = nullptr;    // owned by ssl_
  bool established_ = false, closed_ = false;
};

}  // namespace specctl::agent
