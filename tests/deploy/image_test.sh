#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The image, really built and run: its size, its promises, and a controller with four agents from it under podman.
#   tests/deploy/image_test.sh DIR [BINARY]     DIR keeps specctl.tar; BINARY is packaged instead of a build inside
#
# Needs root and the packages runc podman buildah conmon netavark aardvark-dns catatonit iptables (debootstrap too,
# without BINARY). Runs in a network namespace of its own, `speclab`, which it makes and removes.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -ge 1 ] || { sed -n '4,9s/^# \{0,1\}//p' "$0"; exit 2; }
dir=$(mkdir -p "$1" && cd "$1" && pwd) binary=${2:-}
image=localhost/specctl:image-test netns=speclab size_max=$((100 * 1000 * 1000))

for tool in podman buildah runc ip nsenter openssl; do
  command -v "$tool" >/dev/null || { echo "skipped: need $tool (see the first lines of $0)"; exit 77; }
done
[ "$(id -u)" -eq 0 ] || { echo "skipped: needs root"; exit 77; }

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
pod() { nsenter --net=/run/netns/$netns podman --runtime=runc --cgroup-manager=cgroupfs "$@"; }
# container NAME --rm|--detach ARG...: specctl in a container as the chart runs it. Limits are set here, for podman's
# own are higher than what some machines let it set.
container() {
  local name=$1 action=$2
  shift 2
  pod run "$action" --name "speclab-$name" --network host --read-only --tmpfs /tmp --cap-drop ALL \
    --security-opt no-new-privileges --ulimit nofile=10000:10000 --ulimit nproc=10000:10000 "$@"
}
clean_up() {
  pod rm --force --ignore --time 5 speclab-{engine,controller,agents,run} >/dev/null 2>&1 || true
  ip netns delete $netns 2>/dev/null || true
}
trap clean_up EXIT
clean_up

say "Building"
if [ -n "$binary" ]; then
  deploy/image/build --tag "$image" --archive "$dir/specctl.tar" --binary "$binary"
else
  deploy/image/build --tag "$image" --archive "$dir/specctl.tar" --base
fi

say "What is in it"
bytes=$(podman image inspect --format '{{.Size}}' "$image")
printf 'size %s bytes\n' "$bytes"
[ "$bytes" -lt "$size_max" ] || fail "the image has $bytes bytes, need less than $size_max"
[ "$(podman image inspect --format '{{.Config.User}}' "$image")" = 65532:65532 ] || fail "it does not run as 65532"
root=$(podman image mount "$image")
programs=$(find "$root" -type f -perm -100 ! -name '*.so*' -printf '/%P ')
setuid=$(find "$root" -type f -perm /6000)
podman image unmount "$image" >/dev/null
[ "$programs" = "/usr/bin/specctl " ] || fail "programs in it: $programs"
[ -z "$setuid" ] || fail "setuid: $setuid"

say "Controller and four agents from it, TLS on"
ip netns add $netns && nsenter --net=/run/netns/$netns ip link set lo up
work=$(mktemp -d) && chmod 755 "$work"
container run --rm -v "$work:/work" --user 0:0 "$image" certs init /work/pki --name controller >/dev/null
mkdir "$work/data" "$work/out"
chown -R 65532:65532 "$work"
export SPECCTL_JOIN_TOKEN
SPECCTL_JOIN_TOKEN=$(openssl rand -hex 16)
container engine --detach "$image" sim --port 8000 >/dev/null
container controller --detach -e SPECCTL_JOIN_TOKEN -v "$work/data:/data" -v "$work/pki/controller:/tls:ro" "$image" \
  controller --listen 127.0.0.1:7070 --http 127.0.0.1:8080 --data /data --tls-dir /tls >/dev/null
container agents --detach -e SPECCTL_JOIN_TOKEN -v "$work/pki/agent:/tls:ro" "$image" \
  agent --controller dns:///localhost:7070 --count 4 --tls-dir /tls --spool-dir /tmp >/dev/null
started=$(date +%s.%N)
container run --rm -v "$work/out:/out" -v "$work/pki/client:/tls:ro" "$image" \
  run --controller localhost:7070 --tls-dir /tls --agents 4 --wait-agents 1m --url http://localhost:8000 \
  --dataset builtin --bs 32 --osl 64 --duration 10s --output-dir /out/run || fail "the run ended with $?"
printf 'run: %.1f s\n' "$(echo "$(date +%s.%N) - $started" | bc -l)"
[ -s "$work/out/run/summary.json" ] || fail "no artifacts"
nsenter --net=/run/netns/$netns curl -sf http://127.0.0.1:8080/readyz >/dev/null || fail "/readyz"
started=$(date +%s)
pod stop --time 60 speclab-controller speclab-agents >/dev/null
[ $(($(date +%s) - started)) -lt 50 ] || fail "SIGTERM took $(($(date +%s) - started)) s"
rm -rf "$work"
say "All right"
