/* instep.js - which picture is shown with which overlay: always those of the same number.
 *
 * An overlay follows its picture by some milliseconds. While they come, a picture is kept back until
 * its own is there; two at most wait, the older is given up for the newest (as anywhere here), and the
 * picture stands still for it no longer than WAIT_MS. When overlays do not come in time, or too seldom,
 * pictures go straight through; an overlay whose picture still stands is then put over it.
 *
 * Loose overlays are drawn over another picture than theirs, and are told from the others: those that no
 * camera has given a number, which belong to the picture nearest in arrival, and those that came too late
 * while nothing waits for them. They stay until the next one comes, so that nothing flickers. */

/** Longer a picture is not kept back. */
export const WAIT_MS = 150;
/** So many wait. */
export const MAX_HELD = 2;
/** After so many pictures in a row whose overlay did not come none is waited for. */
const MAX_MISSES = 2;
/** Overlays that are ahead of their picture, which is being decoded, or never was sent. */
const MAX_EARLY = 4;
/** Pictures, of one whose overlay came, until the next: if there are more, waiting makes them jerk. */
const MAX_BETWEEN = 2;
/** A loose overlay that no other has replaced is old then. */
export const LOOSE_MS = 1000;

/* Numbers are 32 bits and begin anew. */
const isNewer = (a, b) => ((a - b) | 0) > 0;

const REAL = {
    now: () => performance.now(),
    after: (ms, action) => setTimeout(action, ms),
    cancel: (timer) => clearTimeout(timer),
};

export class InStep {
    #draw;
    #time;
    #held = []; /* { seq, at, picture }, oldest first */
    #offered = []; /* { seq, at } of the last MAX_HELD, shown or not */
    #early = new Map();
    #shown = null; /* its number */
    #since = null; /* the picture stands still from then on because one waits */
    #timer = 0;
    #waits = false;
    #misses = 0;
    #between = 0; /* pictures since the last overlay that was in time */
    #matchedAt = -Infinity;
    #loose = null; /* { overlay, at } */

    /**
     * `draw(overlay, loose)` is called right after the picture was shown, or when an overlay comes
     * later: null takes away what is drawn. `time` is { now(), after(ms, action), cancel(timer) }.
     */
    constructor(draw, time = REAL) {
        this.#draw = draw;
        this.#time = time;
    }

    /** A picture, { show(), drop() }, may be shown: one of both is called, once. */
    picture(seq, picture) {
        const overlay = this.#early.get(seq);
        const at = this.#time.now();
        this.#between += 1;
        this.#offered = [...this.#offered, { seq, at }].slice(-MAX_HELD);
        this.#held.push({ seq, at, picture });
        if (overlay) this.#matched(seq, overlay);
        else if (!this.#waits) this.#release(null);
        else this.#hold();
    }

    /** An overlay has come for the picture of this number. */
    overlay(seq, overlay) {
        this.#loose = null;
        const newest = this.#offered.at(-1)?.seq;
        if (this.#held.some((one) => one.seq === seq)) this.#matched(seq, overlay);
        else if (newest === undefined || isNewer(seq, newest)) this.#keep(seq, overlay);
        else this.#late(seq, overlay);
    }

    /** An overlay has come that no camera has given a number. */
    loose(overlay) {
        this.#stopWaiting();
        this.#stay(overlay);
        this.#draw(overlay, true);
    }

    /** What waits is shown, what is drawn goes. */
    rest() {
        this.#loose = null;
        this.#stopWaiting();
        this.#early.clear();
        this.#offered = [];
        this.#draw(null, false);
    }

    #keep(seq, overlay) {
        this.#early.set(seq, overlay);
        if (this.#early.size > MAX_EARLY) this.#early.delete(this.#early.keys().next().value);
    }

    /* Its overlay is there: those before it are given up. */
    #matched(seq, overlay) {
        while (this.#held[0].seq !== seq) this.#held.shift().picture.drop();
        this.#inTime();
        this.#release(overlay);
    }

    /* Its picture stands already, or is over. Had it been kept back the overlay might have been in time. */
    #late(seq, overlay) {
        const offered = this.#offered.find((one) => one.seq === seq);
        if (offered && this.#time.now() - offered.at <= WAIT_MS) this.#inTime();
        const stands = this.#shown === seq;
        if (!stands && this.#waits) return;
        if (!this.#waits) this.#stay(overlay);
        this.#draw(overlay, !stands);
    }

    #stay(overlay) {
        this.#loose = { overlay, at: this.#time.now() };
    }

    #inTime() {
        const now = this.#time.now();
        const often = this.#between <= MAX_BETWEEN || now - this.#matchedAt <= WAIT_MS;
        if (often) {
            this.#waits = true;
            this.#misses = 0;
        }
        this.#between = 0;
        this.#matchedAt = now;
    }

    #hold() {
        this.#since ??= this.#held[0].at;
        if (this.#held.length > MAX_HELD) this.#held.shift().picture.drop();
        this.#timer ||= this.#time.after(this.#since + WAIT_MS - this.#time.now(), () =>
            this.#giveUp(),
        );
    }

    /* The oldest waits in vain. */
    #giveUp() {
        this.#timer = 0;
        this.#misses += 1;
        if (this.#misses >= MAX_MISSES) this.#stopWaiting();
        else this.#release(null);
    }

    /* Pictures that waited go through, the newest of them; to be late is no reason to be later. */
    #stopWaiting() {
        this.#waits = false;
        while (this.#held.length > 1) this.#held.shift().picture.drop();
        if (this.#held.length) this.#release(null);
    }

    /* Shows the oldest. */
    #release(overlay) {
        const { seq, picture } = this.#held.shift();
        this.#time.cancel(this.#timer);
        this.#timer = 0;
        this.#since = null;
        for (const early of this.#early.keys()) if (!isNewer(early, seq)) this.#early.delete(early);
        this.#shown = seq;
        picture.show();
        this.#drawOver(overlay);
        if (this.#held.length) this.#hold();
    }

    #drawOver(overlay) {
        if (this.#loose && this.#time.now() - this.#loose.at > LOOSE_MS) this.#loose = null;
        if (overlay) this.#draw(overlay, false);
        else this.#draw(this.#loose?.overlay ?? null, this.#loose !== null);
    }
}
