#!/usr/bin/env python3
"""bleak-app.py ADAPTER MODULES: an app of playground hubs that is none of ours (python3-bleak).

It reads answers as the apps in use do: a header, then so many characters, whatever lies behind them is thrown away. Exits with 0 when the
hub did as docs/protocols/playground-hub.md says.
"""

import asyncio
import json
import sys
import time

import bleak

SERVICE = "6e400001-b5a3-f393-e0a9-e50e24dcca9e"
RX = "6e400002-b5a3-f393-e0a9-e50e24dcca9e"
TX = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"
# Seconds are long in an emulated machine.
FIND_S, ANSWER_S, FORGET_S = 30, 60, 2
ATTEMPTS = 5


class Reader:
    """The state machine of apps in use: waiting for a header, or receiving so many characters."""

    def __init__(self):
        self.messages = asyncio.Queue()
        self.header, self.payload, self.expected, self.heard = "", "", None, 0.0

    def notified(self, _, fragment):
        now = time.monotonic()
        if now - self.heard > FORGET_S:
            self.header, self.payload, self.expected = "", "", None
        self.heard = now
        text = bytes(fragment).decode("ascii")
        if self.expected is None:
            self.header += text
            if "MSG:" in self.header and "|" in self.header:
                begin = self.header.index("MSG:")
                end = self.header.index("|", begin)
                self.expected = int(self.header[begin + 4:end])
                self.payload, self.header = self.header[end + 1:], ""
            return
        self.payload += text
        if len(self.payload) >= self.expected:
            self.messages.put_nowait(json.loads(self.payload[:self.expected]))
            self.payload, self.expected = "", None

    async def next(self):
        return await asyncio.wait_for(self.messages.get(), ANSWER_S)


def check(what, is_so):
    print(f"{'ok' if is_so else 'WRONG'}: {what}")
    if not is_so:
        sys.exit(1)


async def play(adapter, n_modules):
    found = await bleak.BleakScanner.find_device_by_filter(lambda _, seen: SERVICE in seen.service_uuids, timeout=FIND_S, adapter=adapter)
    if not found:
        raise bleak.BleakError("no hub was found")
    reader = Reader()
    async with bleak.BleakClient(found, adapter=adapter, timeout=FIND_S) as client:
        async def say(line):
            await client.write_gatt_char(RX, line.encode(), response=True)

        await client.start_notify(TX, reader.notified)
        await say('"PING":"all"\n')
        devices = await reader.next()
        macs = {d["mac"] for d in devices["list"]}
        check(f"a list of {len(macs)} modules", devices["type"] == "devices" and len(macs) == len(devices["list"]) == n_modules)
        check("each is heard, and has a battery", all(-95 <= d["rssi"] < 0 and 0 <= d["battery"] <= 100 for d in devices["list"]))
        await say('"Play":"-60"\n')
        check("an ack", await reader.next() == {"type": "ack", "command": "Play", "status": "sent", "rssi": "-60"})
        await say('"Number')
        await say(' Game":"all"\n"Pause":"all"\n')
        check("lines in pieces, and two at once", [(await reader.next())["command"] for _ in range(2)] == ["Number Game", "Pause"])
        await say('"Dance":"all"\n')
        error = await reader.next()
        check("an error names what there is", error["type"] == "error" and "Dance" in error["message"] and "Win" in error["available_commands"])
        await say('"PING":"all"\n')
        await say('"Win":"all"\n')
        both = [await reader.next() for _ in range(2)]
        check("an ack in a scan comes behind its list", [m["type"] for m in both] == ["devices", "ack"] and both[1]["command"] == "Win")


def main():
    adapter, n_modules = sys.argv[1], int(sys.argv[2])
    for attempt in range(ATTEMPTS):
        try:
            asyncio.run(play(adapter, n_modules))
            return 0
        # bleak 0.20 believes the flag ServicesResolved; some objects come later.
        except (bleak.BleakError, asyncio.TimeoutError) as e:
            print(f"attempt {attempt + 1}: {e!r}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
