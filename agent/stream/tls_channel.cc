#include "agent/stream/tls_channel.h"

#include <algorithm>
#include <climits>

#include <absl/strings/str_format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <boost/asio/ip/address.hpp>

#include "common/net/tls_context.h"

namespace specctl::agent {
namespace {

bool IsAddress(const std::string& host) {
  boost::system::error_code error;
  boost::asio::ip::make_address(host, error);
  return !error;
}

int ToInt(size_t size) { return static_cast<int>(std::min<size_t>(size, INT_MAX)); }

}  // namespace

absl::StatusOr<std::unique_ptr<TlsChannel>> TlsChannel::Create(SSL_CTX* context,
                                                               const std::string& host) {
  // OpenSSL's queue of errors is the thread's: what another connection left there would be taken
  // for this one's.
  ERR_clear_error();
  std::unique_ptr<TlsChannel> channel(new TlsChannel());
  channel->ssl_ = SSL_new(context);
  channel->received_ = BIO_new(BIO_s_mem());
  channel->output_ = BIO_new(BIO_s_mem());
  if (!channel->ssl_ || !channel->received_ || !channel->output_) {
    return absl::InternalError(absl::StrFormat("TLS: %s", TakeTlsErrors()));
  }
  // Empty is "not yet", not the end.
  BIO_set_mem_eof_return(channel->received_, -1);
  SSL_set_bio(channel->ssl_, channel->received_, channel->output_);
  SSL_set_connect_state(channel->ssl_);
  // SNI allows only names (RFC 6066); a certificate lists addresses separately.
  if (IsAddress(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(channel->ssl_), host.c_str());
  } else {
    // What the macro SSL_set_tlsext_host_name does.
    SSL_ctrl(channel->ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(host.c_str()));
    SSL_set1_host(channel->ssl_, host.c_str());
  }
  return channel;
}

TlsChannel::~TlsChannel() {
  if (ssl_) SSL_free(ssl_);
}

void TlsChannel::Feed(std::string_view received) {
  // A memory BIO takes all it is given.
  BIO_write(received_, received.data(), ToInt(received.size()));
}

absl::Status TlsChannel::Handshake() {
  if (established_) return absl::OkStatus();
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_);
  if (done == 1) {
    established_ = true;
    return absl::OkStatus();
  }
  if (SSL_get_error(ssl_, done) == SSL_ERROR_WANT_READ) return absl::OkStatus();
  // Only this says why a certificate was rejected; the error queue does not.
  const long verified = SSL_get_verify_result(ssl_);
  if (verified != X509_V_OK) {
    ERR_clear_error();
    return absl::UnauthenticatedError(
        absl::StrFormat("certificate rejected: %s", X509_verify_cert_error_string(verified)));
  }
  return absl::UnavailableError(absl::StrFormat("TLS handshake: %s", TakeTlsErrors()));
}

absl::Status TlsChannel::WritePlain(std::string_view plain) {
  ERR_clear_error();
  while (!plain.empty()) {
    const int written = SSL_write(ssl_, plain.data(), ToInt(plain.size()));
    if (written <= 0) {
      return absl::UnavailableError(absl::StrFormat("TLS write: %s", TakeTlsErrors()));
    }
    plain.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> TlsChannel::ReadPlain(std::span<char> buffer) {
  ERR_clear_error();
  const int read = SSL_read(ssl_, buffer.data(), ToInt(buffer.size()));
  if (read > 0) return static_cast<size_t>(read);
  switch (SSL_get_error(ssl_, read)) {
    case SSL_ERROR_WANT_READ:
      return size_t{0};
    case SSL_ERROR_ZERO_RETURN:
      closed_ = true;
      return size_t{0};
    default:
      return absl::UnavailableError(absl::StrFormat("TLS read: %s", TakeTlsErrors()));
  }
}

bool TlsChannel::has_partial_record() const {
  return BIO_pending(received_) > 0 || SSL_has_pending(ssl_) == 1;
}

void TlsChannel::TakeOutput(std::string& output) {
  const size_t waiting = BIO_ctrl_pending(output_);
  if (waiting == 0) return;
  const size_t before = output.size();
  output.resize(before + waiting);
  BIO_read(output_, output.data() + before, ToInt(waiting));
}

}  // namespace specctl::agent
