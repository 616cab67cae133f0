"""What the kernel counted on a process' TCP sockets, by sock_diag(7): as `ss -ti` prints it."""
import os
import re
import socket
import struct
from collections import namedtuple

# Payload bytes and segments, pure ACKs included, of one socket.
Counters = namedtuple("Counters", "remote_port bytes_acked bytes_received segments_out segments_in")

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
NLM_F_REQUEST_DUMP = 0x301
NLMSG_DONE, NLMSG_ERROR = 3, 2
INET_DIAG_INFO = 2
MESSAGE_BYTES = 72  # struct inet_diag_msg
# Offsets in struct inet_diag_msg and struct tcp_info.
REMOTE_PORT, INODE, BYTES_ACKED = 6, 68, 120


def socket_inodes(pid):
    found = set()
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            match = re.match(r"socket:\[(\d+)\]", os.readlink(f"/proc/{pid}/fd/{number}"))
        except OSError:
            continue
        if match:
            found.add(int(match.group(1)))
    return found


def tcp_counters(pid):
    """Counters of each connected TCP socket of a process."""
    inodes = socket_inodes(pid)
    return [counters for family in (socket.AF_INET, socket.AF_INET6)
            for inode, counters in all_connected(family) if inode in inodes]


def all_connected(family):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as netlink:
        established = 1 << 1
        request = struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 1 << (INET_DIAG_INFO - 1), 0,
                              established) + bytes(48)
        netlink.send(struct.pack("=IHHII", 16 + len(request), SOCK_DIAG_BY_FAMILY,
                                 NLM_F_REQUEST_DUMP, 1, 0) + request)
        while True:
            data = netlink.recv(1 << 20)
            while data:
                length, kind = struct.unpack_from("=IH", data)
                if kind == NLMSG_DONE:
                    return
                if kind == NLMSG_ERROR:
                    raise OSError("sock_diag refused")
                yield counters_of(data[16:length])
                data = data[(length + 3) & ~3:]


def counters_of(message):
    remote_port, = struct.unpack_from("!H", message, REMOTE_PORT)
    inode, = struct.unpack_from("=I", message, INODE)
    at = MESSAGE_BYTES
    while at < len(message):
        length, kind = struct.unpack_from("=HH", message, at)
        if kind == INET_DIAG_INFO:
            return inode, Counters(remote_port,
                                   *struct.unpack_from("=QQII", message, at + 4 + BYTES_ACKED))
        at += (length + 3) & ~3
    return inode, Counters(remote_port, 0, 0, 0, 0)
