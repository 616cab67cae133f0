#!/usr/bin/env python3
"""kubectl as far as specctl run --kube uses it.  $FAKE_KUBE is a JSON file: services, secrets, replicas, forward_to,
pods, pending (how often the controller's pod does not run yet).

Each call's words are appended to $FAKE_KUBE.calls.
"""
import json
import os
import pathlib
import select
import socket
import sys
import threading

STATE = pathlib.Path(os.environ["FAKE_KUBE"])


def relay(a, b):
    with a, b:
        while True:
            ready, _, _ = select.select([a, b], [], [])
            for sock in ready:
                data = sock.recv(65536)
                if not data:
                    return
                (b if sock is a else a).sendall(data)


def forward(words, state):
    local = words[words.index("port-forward") + 2].split(":")[0]
    with socket.create_server(("127.0.0.1", int(local or 0))) as server:
        print(f"Forwarding from 127.0.0.1:{server.getsockname()[1]} -> 7070", flush=True)
        while True:
            sock, _ = server.accept()
            host, port = state["forward_to"].rsplit(":", 1)
            try:
                there = socket.create_connection((host, int(port)))
            except OSError:
                # As kubectl does where the pod is gone.
                print("error: lost connection to pod", file=sys.stderr)
                sys.exit(1)
            threading.Thread(target=relay, args=(sock, there), daemon=True).start()


def main():
    words = sys.argv[1:]
    with open(f"{STATE}.calls", "a", encoding="utf-8") as calls:
        calls.write(json.dumps(words) + "\n")
    state = json.loads(STATE.read_text())
    if state.get("error"):
        print(state["error"], file=sys.stderr)
        sys.exit(1)
    if "port-forward" in words:
        if state.get("forward_error"):
            print(state["forward_error"], file=sys.stderr)
            sys.exit(1)
        if state.get("pending"):
            state["pending"] -= 1
            STATE.write_text(json.dumps(state))
            print("error: unable to forward port because pod is not running. Current status=Pending", file=sys.stderr)
            sys.exit(1)
        forward(words, state)
    elif "pod" in words:
        name = words[words.index("pod") + 1]
        if name not in state.get("pods", {}):
            print(f'Error from server (NotFound): pods "{name}" not found', file=sys.stderr)
            sys.exit(1)
        print(json.dumps(state["pods"][name]))
    elif "services" in words:
        print(json.dumps({"items": state["services"]}))
    elif "secret" in words:
        print(json.dumps({"data": state["secrets"][words[words.index("secret") + 1]]}))
    elif "scale" in words:
        state["replicas"] = int(words[-1].split("=")[1])
        STATE.write_text(json.dumps(state))
    else:
        print(state["replicas"], end="")


main()
