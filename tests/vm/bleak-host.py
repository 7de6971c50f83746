#!/usr/bin/env python3
"""bleak-host.py ADAPTER FILE…: a host of BLE batch cameras that is none of ours (python3-bleak).

Fetches one batch as docs/protocols/ble-batch-camera.md says, and exits with 0 when there was a picture and each was one of the files.
"""

import asyncio
import sys

import bleak

STATUS = "beb5483e-36e1-4688-b7f5-ea07361b26a8"
DATA = "7347e350-5552-4822-8243-b8923a4114d2"
COMMAND = "a244c201-1fb5-459e-8fcc-c5c9c331914b"
# Seconds are long in an emulated machine.
FIND_S, LINE_S, PIECE_S = 30, 60, 2
ATTEMPTS = 5


async def find(adapter):
    found = await bleak.BleakScanner.find_device_by_filter(
        lambda _, seen: (seen.local_name or "").startswith("T-Camera-BLE"), timeout=FIND_S, adapter=adapter)
    if not found:
        raise bleak.BleakError("no camera was found")
    return found


async def await_line(lines, word):
    while True:
        line = await asyncio.wait_for(lines.get(), LINE_S)
        if line.startswith(word):
            return int(line[len(word):])


async def fetch(client, pieces, size):
    """An N that comes at once may be lost, and so may be a piece."""
    picture = b""
    while len(picture) < size:
        try:
            picture += await asyncio.wait_for(pieces.get(), PIECE_S)
            await asyncio.sleep(0.02)
        except asyncio.TimeoutError:
            print(f"nothing came after {len(picture)} bytes")
        if len(picture) < size:
            await client.write_gatt_char(COMMAND, b"N", response=False)
    return picture


async def fetch_batch(adapter):
    lines, pieces, pictures = asyncio.Queue(), asyncio.Queue(), []
    async with bleak.BleakClient(await find(adapter), adapter=adapter, timeout=FIND_S) as client:
        await client.start_notify(DATA, lambda _, piece: pieces.put_nowait(bytes(piece)))
        await client.start_notify(STATUS, lambda _, line: lines.put_nowait(line.decode()))
        await client.write_gatt_char(COMMAND, b"R", response=True)
        lines.put_nowait((await client.read_gatt_char(STATUS)).decode())
        count = await await_line(lines, "COUNT:")
        await client.write_gatt_char(COMMAND, b"A", response=True)
        for _ in range(count):
            size = await await_line(lines, "IMAGE:")
            await client.write_gatt_char(COMMAND, b"A", response=False)
            pictures.append(await fetch(client, pieces, size))
    return pictures


def main():
    adapter, names = sys.argv[1], sys.argv[2:]
    files = [open(name, "rb").read() for name in names]
    for attempt in range(ATTEMPTS):
        try:
            pictures = asyncio.run(fetch_batch(adapter))
            break
        # bleak 0.20 believes the flag ServicesResolved; some objects come later.
        except (bleak.BleakError, asyncio.TimeoutError) as e:
            print(f"attempt {attempt + 1}: {e!r}")
    else:
        return 1
    right = sum(picture in files for picture in pictures)
    print(f"{len(pictures)} pictures, {right} as they were")
    return 0 if pictures and right == len(pictures) else 1


if __name__ == "__main__":
    sys.exit(main())
