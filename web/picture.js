/* picture.js - the live picture of one camera: the newest frame, decoded once and drawn on every
 * canvas that shows it.
 *
 * At most one frame is being decoded and at most one waits; a newer one takes the place of the
 * one that waits. An acknowledgement covers the frames before it, so the one that was passed
 * over needs none. Out of sight nothing is decoded.
 *
 * What is drawn over it (motion.js) may keep a decoded one back for a moment, so that both change
 * together; it was acknowledged then, for it stops nothing. */

/**
 * Times of drawn frames that the rate is computed from: the last five seconds, at most 150 (30 per
 * second).
 */
const RATE_WINDOW_MS = 5000;
const RATE_FRAMES = 150;

export class Picture {
    #id;
    #clock;
    #sight;
    #inSight = true;
    /* Nothing was asked for before (monotonic ms): then no picture is late. */
    #askedAt = performance.now();
    #canvases = new Map();
    #motion = null;
    #waiting = null;
    #decoding = false;
    #bitmap = null;
    #shown = null;
    #drawnAt = [];

    /**
     * Of the device `id`. `clock` is the ServerClock that ages are measured with; `sight` is told
     * where it can be seen.
     */
    constructor(id, clock, sight) {
        this.#id = id;
        this.#clock = clock;
        this.#sight = sight;
    }

    /** Out of sight the last picture stays; back in sight the next is drawn at once. */
    setInSight(inSight) {
        if (inSight === this.#inSight) return;
        this.#inSight = inSight;
        this.#askedAt = performance.now();
        this.#drawnAt = [];
        if (!inSight) this.#waiting = null;
    }

    /** A frame has arrived; `ack` is called once it was drawn, or found to be no picture. */
    push(frame, ack) {
        if (!this.#inSight) {
            ack(); /* It was on its way when nobody looked any more. */
            return;
        }
        this.#waiting = { frame, ack };
        if (!this.#decoding) this.#work();
    }

    /** `large`: it is looked at closely, and not one of many. */
    attach(canvas, large) {
        this.#canvases.set(canvas, large);
        this.#sight.add(canvas, this.#id);
        if (this.#bitmap) paint(canvas, this.#bitmap);
        this.#motion?.attach(canvas, large);
    }

    detach(canvas) {
        this.#canvases.delete(canvas);
        this.#sight.remove(canvas);
        this.#motion?.detach(canvas);
    }

    /** `motion` draws over it from now on, a Motion; null: nothing does. */
    accompany(motion) {
        if (motion === this.#motion) return;
        this.#motion?.rest();
        this.#motion = motion;
        this.#canvases.forEach((large, canvas) => motion?.attach(canvas, large));
    }

    /**
     * What is shown: { seq, width, height, night, still, sinceMs, ageMs, lateMs, fps }, or null before
     * the first picture. `still` pictures come from a capture: they have a time, but no rate; and they
     * may be hours old when they come, so their age counts from when they were taken.
     * `lateMs` is how long the next has been waited for: not while nobody looks.
     */
    stats() {
        if (!this.#shown) return null;
        const { width, height } = this.#bitmap;
        const ageMs = Math.max(0, this.#clock.now() - this.#shown.sinceMs);
        const waitedMs = this.#inSight ? performance.now() - this.#askedAt : 0;
        const lateMs = Math.min(ageMs, waitedMs);
        return { ...this.#shown, width, height, ageMs, lateMs, fps: this.#rate() };
    }

    async #work() {
        this.#decoding = true;
        while (this.#waiting) {
            const { frame, ack } = this.#waiting;
            this.#waiting = null;
            await this.#decode(frame);
            ack();
        }
        this.#decoding = false;
    }

    async #decode(frame) {
        let bitmap;
        try {
            bitmap = await createImageBitmap(new Blob([frame.body], { type: 'image/jpeg' }));
        } catch {
            return; /* No JPEG: what was there stays, its age grows, and says so. */
        }
        const picture = { show: () => this.#show(frame, bitmap), drop: () => bitmap.close() };
        if (this.#motion) this.#motion.take(frame.seq, picture);
        else picture.show();
    }

    #show(frame, bitmap) {
        this.#bitmap?.close();
        this.#bitmap = bitmap;
        const { seq, night, still, capturedMs, receivedMs } = frame;
        const sinceMs = still && capturedMs > 0 ? capturedMs : receivedMs;
        this.#shown = { seq, night, still, sinceMs };
        this.#canvases.forEach((_, canvas) => paint(canvas, bitmap));
        this.#drawnAt.push(performance.now());
        if (this.#drawnAt.length > RATE_FRAMES) this.#drawnAt.shift();
    }

    #rate() {
        const since = performance.now() - RATE_WINDOW_MS;
        while (this.#drawnAt.length && this.#drawnAt[0] < since) this.#drawnAt.shift();
        const n = this.#drawnAt.length;
        return n < 2 ? null : ((n - 1) * 1000) / (this.#drawnAt[n - 1] - this.#drawnAt[0]);
    }
}

function paint(canvas, bitmap) {
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
        canvas.width = bitmap.width;
        canvas.height = bitmap.height;
    }
    canvas.getContext('2d', { alpha: false }).drawImage(bitmap, 0, 0);
}
