#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# specctl with everything that it loads.
#   tarball.sh tarball BINARY OUT.tar.gz   relocatable: unpack anywhere, on any Linux of this architecture
#   tarball.sh root BINARY DIR             the same as a root file system, for a container image
#
# Run it where BINARY was built (the libraries are those that the loader finds there). SOURCE_DATE_EPOCH dates the
# files, so that the same input gives the same bytes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

fail() { printf 'tarball.sh: %s\n' "$*" >&2; exit 1; }
usage() { sed -n '4,9s/^# \{0,1\}//p' "$0"; exit 2; }

# Paths of the shared libraries of BINARY, its loader last.
libraries_of() {
  local text
  text=$(ldd "$1") || fail "$1 is not a program with shared libraries"
  if grep -q 'not found' <<<"$text"; then fail "libraries are missing: $(grep 'not found' <<<"$text")"; fi
  awk '$2 == "=>" {print $3}' <<<"$text" | sort -u
  loader_of "$1"
}

# The loader that the kernel starts BINARY with.
loader_of() { LC_ALL=C readelf --program-headers "$1" | sed -n 's/.*interpreter: \(.*\)\]/\1/p'; }

# copy FILE TO: what links point at, without symbols that nobody needs at run time.
copy() {
  install -D -m 755 "$(readlink -f "$1")" "$2"
  strip --strip-unneeded "$2"
}

# licences_of DIR FILE...: copyright files of the Debian packages that FILES are from.
licences_of() {
  local into=$1 path package
  shift
  if ! command -v dpkg-query >/dev/null; then return 0; fi
  for path; do
    # Since /lib became a link, packages know a file by either name.
    package=$(dpkg-query --search "$path" "/usr$path" "$(readlink -f "$path")" 2>/dev/null | head -n 1 | cut -d: -f1) || true
    if [ -z "$package" ] || [ ! -f "/usr/share/doc/$package/copyright" ]; then continue; fi
    install -D -m 644 "/usr/share/doc/$package/copyright" "$into/$package/copyright"
  done
}

make_root() {
  local binary=$1 root=$2 library certificates=/etc/ssl/certs/ca-certificates.crt
  mkdir -p "$root"
  if [ -n "$(ls -A "$root")" ]; then fail "$root: need a new or empty folder"; fi
  copy "$binary" "$root/usr/bin/specctl"
  local libraries
  mapfile -t libraries < <(libraries_of "$binary")
  for library in "${libraries[@]}"; do copy "$library" "$root$library"; done
  licences_of "$root/usr/share/doc" "${libraries[@]}"
  install -D -m 644 "$here/../LICENSE" "$root/usr/share/doc/specctl/LICENSE"
  if [ ! -f "$certificates" ]; then fail "need $certificates (Debian: apt-get install ca-certificates)"; fi
  install -D -m 644 "$certificates" "$root$certificates"
  printf 'root:x:0:0:root:/:/sbin/nologin\nspecctl:x:65532:65532:specctl:/:/sbin/nologin\n' >"$root/etc/passwd"
  printf 'root:x:0:\nspecctl:x:65532:\n' >"$root/etc/group"
  printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
  mkdir -p "$root/proc" "$root/sys" "$root/dev"
  install -d -m 1777 "$root/tmp"
}

make_tarball() {
  local binary=$1 out=$2 work name library version
  work=$(mktemp -d)
  # shellcheck disable=SC2064  # it is local: expanded now
  trap "rm -rf '$work'" EXIT
  version=$("$binary" --version | awk '{print $NF; exit}')
  name=specctl-$version-linux-$(uname -m)
  copy "$binary" "$work/$name/lib/specctl"
  local libraries
  mapfile -t libraries < <(libraries_of "$binary")
  for library in "${libraries[@]}"; do copy "$library" "$work/$name/lib/$(basename "$library")"; done
  ln -s "$(basename "$(loader_of "$binary")")" "$work/$name/lib/loader"
  install -D -m 755 "$here/tarball_launcher.sh" "$work/$name/bin/specctl"
  licences_of "$work/$name/share/doc" "${libraries[@]}"
  install -D -m 644 "$here/../LICENSE" "$work/$name/LICENSE"
  tar --create --directory "$work" --sort=name --owner=0 --group=0 --numeric-owner \
    --mtime="@${SOURCE_DATE_EPOCH:-$(date +%s)}" "$name" | gzip --no-name >"$out.part"
  mv "$out.part" "$out"
  printf '%s: %s\n' "$out" "$(du -h "$out" | cut -f1)"
}

[ $# -eq 3 ] || usage
[ -x "$2" ] || fail "$2: need a program"
for tool in ldd readelf strip; do
  command -v "$tool" >/dev/null || fail "need $tool (Debian: apt-get install binutils libc-bin)"
done
case "$1" in
  tarball) make_tarball "$2" "$3" ;;
  root) make_root "$2" "$3" ;;
  *) usage ;;
esac
