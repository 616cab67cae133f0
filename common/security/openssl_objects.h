// OpenSSL's objects, freed with their owner, and PEM text in and out of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace specctl {

template <auto kFree>
struct OpenSslFree {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using X509Ptr = std::unique_ptr<X509, OpenSslFree<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpenSslFree<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, OpenSslFree<BIO_free>>;

// Reads `pem`, which must outlive it; null where memory is short.
inline BioPtr PemReader(std::string_view pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// The first certificate; null where there is none, and OpenSSL's error queue says why.
inline X509Ptr CertificateOf(std::string_view pem) {
  const BioPtr in = PemReader(pem);
  return X509Ptr(in ? PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr) : nullptr);
}

// The first private key, which must not be encrypted: OpenSSL would ask for its password on the
// terminal.  Null as above.
inline KeyPtr PrivateKeyOf(std::string_view pem) {
  const auto no_password = [](char*, int, int, void*) { return -1; };
  const BioPtr in = PemReader(pem);
  return KeyPtr(in ? PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, nullptr) : nullptr);
}

// What was written to a BIO_s_mem().
inline std::string TextOf(BIO& out) {
  char* data = nullptr;
  const long size = BIO_ctrl(&out, BIO_CTRL_INFO, 0, &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

}  // namespace specctl
