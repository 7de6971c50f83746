"""speed.py - how long a picture takes from a camera on the real BlueZ to the gateway, over the virtual radio: a table in Markdown.

From the arrival of the first of a batch to that of the last, by their number. The radio has neither connection intervals nor loss, so what is
measured is the programs, BlueZ, and the pauses of the dialect; the model of a link is in docs/performance.md beside it.
"""

import datetime

from radio import RadioCase

N = 20


class Speed(RadioCase):
    def measure(self, what, dialect, size, *options):
        camera = self.start_ble_camera(dialect, [size] * N, "--verbose", *options)
        if dialect == "warren":  # the others hand over what is complete in any case
            self.wait("the camera has its pictures", lambda: f"Imgs: {N}" in camera.program.output())
        self.start_ble_gateway()
        self.wait(f"{N} pictures are kept", lambda: self.n_captures(dialect) == N)
        self.assertEqual(self.kept(camera), list(range(N)))
        at = [datetime.datetime.fromisoformat(c["received_at"].replace("Z", "+00:00")).timestamp() for c in self.captures(dialect)]
        seconds = (at[-1] - at[0]) / (N - 1)
        print(f"\n| {what} | {size} | {1000 * seconds:.0f} ms | {size / seconds:.0f} |", flush=True)

    def test_batch(self):
        self.measure("batch", "batch", 10000, "--interval", 0.05, "--threshold", 95)

    def test_ours(self):
        self.measure("ours", "warren", 10000, "--interval", 1)

    def test_ours_large(self):
        self.measure("ours", "warren", 150000, "--interval", 1)
