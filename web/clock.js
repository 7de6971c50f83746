/* clock.js - the gateway's time of day, seen from here.
 *
 * Ages of pictures compare the gateway's stamp with now; this machine's clock may be minutes
 * off, so it is never asked. Each ping gives one estimate of the difference, wrong by at most
 * half its round trip: the one with the shortest trip is believed. The monotonic clock is the
 * base, so that a correction of this machine's time of day moves nothing. A gateway whose own clock
 * is set (a Raspberry Pi hears the time from the network minutes after its start) is noticed by the
 * next ping: what was estimated before is forgotten then. */

/** Further than the trips explain, and this: the clock was set. */
const JUMP_MS = 250;
/**
 * Samples that are remembered: two minutes of pings, after which even a good old one is forgotten
 * (clocks drift).
 */
const MAX_SAMPLES = 12;

export class ServerClock {
    #samples = [];
    #now;

    /** `now` gives monotonic milliseconds. */
    constructor(now = () => performance.now()) {
        this.#now = now;
    }

    /**
     * A new connection: another gateway, or the same after its clock was set. `time` is the
     * hello's; its trip is unknown.
     */
    restart(time) {
        this.#samples = [];
        const server = Date.parse(time);
        if (!Number.isNaN(server))
            this.#samples.push({ offset: server - this.#now(), trip: Infinity });
    }

    /** An answer to a ping sent at `sentAt` (monotonic ms) that carries the server's time. */
    sample(time, sentAt) {
        const server = Date.parse(time);
        if (Number.isNaN(server)) return;
        const at = this.#now();
        const sample = { offset: server - (sentAt + at) / 2, trip: at - sentAt };
        this.#samples = this.#samples.filter((old) => agree(old, sample));
        this.#samples.push(sample);
        if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
    }

    /**
     * Milliseconds since the epoch at the gateway; this machine's own until the gateway has said
     * its time once.
     */
    now() {
        if (!this.#samples.length) return Date.now();
        const best = this.#samples.reduce((a, b) => (b.trip < a.trip ? b : a));
        return this.#now() + best.offset;
    }
}

/* Each is wrong by at most half its trip. */
function agree(a, b) {
    return Math.abs(a.offset - b.offset) <= (a.trip + b.trip) / 2 + JUMP_MS;
}
