#!/usr/bin/env python3
"""Fan-out of live pictures: what a server needs per delivered frame, beside the least that is possible.

Each case runs in turns, limit and peer, so that both meet the same machine; the medians of the turns count.

Over WebSocket every viewer subscribes once it is let in, also at peers that only throw that away. For who speaks soon after he
was spoken to is "interactive" to his kernel from then on: it acknowledges what comes with the next picture, in the server's
send(), where it would else do so in the viewer's recv(). Over loopback that is 2 µs per picture on the server's account.
Prints JSON, and a table in Markdown on standard error or to --markdown.

    fanout.py --build build [--peer server] [--viewers 1,10,50,200] [--modes ws,mjpeg] [--rounds 3] [--seconds 4]
"""
import argparse
import atexit
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import lag

HOST = "127.0.0.1"


class Peer:
    """A server under test: how it is started, and where its pictures are. `camera`: it fetches them from the feed."""

    def __init__(self, name, command, paths, offsets, camera=False):
        self.name, self.command, self.paths, self.offsets, self.camera = name, command, paths, offsets, camera


SUBSCRIBE = '{"id":1,"type":"subscribe","devices":["*"],"frames":true,"max_fps":120}'


def gateway_command(build, feed_port, port):
    """The whole gateway, with the feed as its Raspberry Pi camera."""
    folder = tempfile.mkdtemp(prefix="warren-fanout-")
    atexit.register(shutil.rmtree, folder, True)
    os.chmod(folder, 0o755)
    os.mkdir(f"{folder}/plugins", 0o755)
    plugin = os.path.join(build, "plugins", "pi-trigger-camera.so")
    if os.path.exists(plugin):
        shutil.copy(plugin, f"{folder}/plugins")
    with open(f"{folder}/warren.yaml", "w") as f:
        f.write(f"http: {{listen: '{HOST}:{port}'}}\nstore: {{path: {folder}/data}}\nplugins: {{folder: {folder}/plugins}}\n"
                f"log: {{level: error}}\ndevices:\n  feed:\n    driver: pi-trigger-camera\n"
                f"    options: {{host: {HOST}, mjpeg_port: {feed_port}, trigger_port: {port + 1}, hold: true}}\n")
    return [os.path.join(build, "gateway", "src", "warren"), "-c", f"{folder}/warren.yaml"]


def peers(build, feed_port, port):
    bench = os.path.join(build, "tests", "bench")
    ports = [str(feed_port), str(port)]
    return {
        # Neither knows control messages; the server's pictures have our 32-byte header in front over WebSocket.
        "limit": Peer("limit", [f"{bench}/limitsrv", *ports], {"ws": "/ws", "mjpeg": "/stream"}, {"ws": 0, "mjpeg": 0}),
        "server": Peer("server", [f"{bench}/bench_http_fanout", *ports], {"ws": "/ws", "mjpeg": "/stream"},
                       {"ws": 32, "mjpeg": 0}),
        "warren": Peer("warren", gateway_command(build, feed_port, port),
                       {"ws": "/api/v1/ws", "mjpeg": "/api/v1/devices/feed/stream.mjpeg"}, {"ws": 32, "mjpeg": 0},
                       camera=True),
    }


def wait_for_port(port, deadline_s=30):
    import socket
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        try:
            socket.create_connection((HOST, port), timeout=0.2).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"nobody listens on port {port}")


def stop(process):
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run(peer, mode, viewers, args, slow=0):
    """One turn: a fresh server, the feed, the viewers. Returns what fanclient says."""
    bench = os.path.join(args.build, "tests", "bench")
    feed_command = [f"{bench}/fanfeed", *(["--camera"] if peer.camera else []), str(args.port), str(args.fps), str(args.bytes)]
    feed = subprocess.Popen(feed_command) if peer.camera else None
    server = None
    try:
        if peer.camera:
            wait_for_port(args.port)
        server = subprocess.Popen(peer.command)
        wait_for_port(args.port + 1)
        feed = feed or subprocess.Popen(feed_command)
        if peer.camera:
            time.sleep(1)
        scheme = "ws" if mode == "ws" else "http"
        command = [f"{bench}/fanclient", "--url", f"{scheme}://{HOST}:{args.port + 1}{peer.paths[mode]}",
                   "-n", str(viewers), "--offset", str(peer.offsets[mode]), "--pid", str(server.pid),
                   "--warm", str(args.warm), "--measure", str(args.seconds)]
        if slow:
            command += ["--slow", str(slow), "--slow-rate", str(args.slow_rate)]
        if mode == "ws":
            command += ["--send", SUBSCRIBE]
        client = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        time.sleep(args.warm)
        before = lag.scrape(args.port + 1) if peer.camera else None
        out, _ = client.communicate(timeout=args.seconds + 30)
        if client.returncode != 0:
            raise SystemExit("fanclient failed")
        result = json.loads(out)
        result["lag_p999_ms"] = lag.quantile_ms(before, lag.scrape(args.port + 1), .999) if peer.camera else 0
        return result
    finally:
        if feed:
            stop(feed)
        if server:
            stop(server)


def median_of(results):
    return {key: statistics.median(r[key] for r in results) for key in results[0]}


def compare(all_peers, name, mode, viewers, args, slow=0):
    turns = {"limit": [], name: []}
    for _ in range(args.rounds):
        for who in turns:
            turns[who].append(run(all_peers[who], mode, viewers, args, slow))
    # Of each turn its own ratio: what the machine does in a minute hits both.
    ratios = [p["cpu_us_per_frame"] / l["cpu_us_per_frame"] for l, p in zip(turns["limit"], turns[name])]
    return {"mode": mode, "viewers": viewers, "slow": slow, "ratio": statistics.median(ratios),
            "ratio_min": min(ratios), "ratio_max": max(ratios),
            "limit": median_of(turns["limit"]), "peer": median_of(turns[name])}


def table(cases, name):
    head = ["", "viewers", "fps", "µs per frame = ms per 1000", "limit", "ratio", "p50 ms (limit)", "p99 ms (limit)", "lag p99.9 ms", "RSS MB", "gaps"]
    rows = [head, ["---"] * len(head)]
    for c in cases:
        p, l = c["peer"], c["limit"]
        rows.append([c["mode"], str(c["viewers"]), f"{p['fps_min']:.1f}–{p['fps_median']:.1f}",
                     f"{p['cpu_us_per_frame']:.1f}", f"{l['cpu_us_per_frame']:.1f}",
                     f"{c['ratio']:.2f} ({c['ratio_min']:.2f}–{c['ratio_max']:.2f})",
                     f"{p['age_p50_ms']:.2f} ({l['age_p50_ms']:.2f})", f"{p['age_p99_ms']:.2f} ({l['age_p99_ms']:.2f})",
                     f"≤ {p['lag_p999_ms']:g}", f"{p['rss_mb']:.1f}", f"{p['gaps']:.0f}"])
    return f"{name} against the limit\n\n" + "\n".join("| " + " | ".join(r) + " |" for r in rows) + "\n"


def slow_line(c, args):
    on_the_line = args.bytes / args.slow_rate * 1e3
    return (f"{c['mode']}, {c['slow']} of {c['viewers']} viewers on a line of {args.slow_rate / 1e3:.0f} kB/s "
            f"({on_the_line:.0f} ms per picture): its pictures are {c['peer']['slow_age_p50_ms']:.0f} ms old "
            f"(p99 {c['peer']['slow_age_p99_ms']:.0f}; limit {c['limit']['slow_age_p50_ms']:.0f}); "
            f"the others: {c['peer']['fps_min']:.1f} fps, p99 {c['peer']['age_p99_ms']:.1f} ms\n")


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--build", required=True)
    a.add_argument("--peer", default="warren", help="warren: the whole gateway; server: its HTTP server alone")
    a.add_argument("--viewers", default="1,10,50,200")
    a.add_argument("--modes", default="ws,mjpeg")
    a.add_argument("--rounds", type=int, default=3)
    a.add_argument("--seconds", type=float, default=4)
    a.add_argument("--warm", type=float, default=1.5)
    a.add_argument("--fps", type=float, default=30)
    a.add_argument("--bytes", type=int, default=30000)
    a.add_argument("--slow-rate", type=float, default=600000)
    a.add_argument("--port", type=int, default=19700, help="and the next one")
    a.add_argument("--json")
    a.add_argument("--markdown")
    args = a.parse_args()

    all_peers = peers(args.build, args.port, args.port + 1)
    modes = args.modes.split(",")
    cases = [compare(all_peers, args.peer, mode, int(n), args) for mode in modes for n in args.viewers.split(",")]
    slow = [compare(all_peers, args.peer, mode, 10, args, slow=1) for mode in modes]
    text = table(cases, args.peer) + "\n" + "".join(slow_line(c, args) for c in slow)
    result = {"peer": args.peer, "fps": args.fps, "bytes": args.bytes, "cases": cases, "slow": slow}
    with open(args.json, "w") if args.json else sys.stdout as f:
        json.dump(result, f, indent=1)
        f.write("\n")
    if args.markdown:
        with open(args.markdown, "w") as f:
            f.write(text)
    else:
        sys.stderr.write(text)


if __name__ == "__main__":
    main()
