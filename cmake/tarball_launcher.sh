#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts specctl with the loader and libraries that were unpacked beside it.
home=$(dirname "$(dirname "$(readlink -f "$0")")")
# Agents and null servers are started as this again: /proc/self/exe is the loader.
SPECCTL_LAUNCHER=$home/bin/specctl
export SPECCTL_LAUNCHER
# The libraries look for authorities where Debian keeps them.
if [ -z "${SSL_CERT_FILE:-}" ] && [ -z "${SSL_CERT_DIR:-}" ]; then
  for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt \
    /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
    if [ -r "$file" ]; then
      SSL_CERT_FILE=$file
      export SSL_CERT_FILE
      break
    fi
  done
fi
exec "$home/lib/loader" --argv0 "$0" --library-path "$home/lib" "$home/lib/specctl" "$@"
