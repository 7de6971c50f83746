/* minute.js - intensity and speed of the last minute, ten times a second at most: a ring of fixed size. */

export const SPAN_MS = 60000;
export const STEP_MS = 100;
const N = SPAN_MS / STEP_MS;

export class Minute {
    #intensity = new Float32Array(N);
    #speed = new Float32Array(N);
    #steps = new Float64Array(N).fill(NaN); /* the step of which each place tells */
    #perSecond = null; /* not known while nothing has moved */
    #last = null;

    /** What an overlay says; `now` is any time in ms that goes forward. */
    add(now, { intensity, speed, speedPerS }) {
        const perSecond = speed || speedPerS ? speedPerS > 0 : this.#perSecond;
        /* Speeds of another unit do not lie on one line. */
        if (this.#perSecond === !perSecond) this.#steps.fill(NaN);
        this.#perSecond = perSecond;
        const v = perSecond ? speedPerS : speed;
        const step = Math.floor(now / STEP_MS);
        const i = step % N;
        const again = this.#steps[i] === step;
        this.#steps[i] = step;
        this.#intensity[i] = again ? Math.max(this.#intensity[i], intensity) : intensity;
        this.#speed[i] = again ? Math.max(this.#speed[i], v) : v;
        this.#last = { at: now, intensity, speed: v };
    }

    /** "px/s", or "px/frame" of a camera that does not tell times. */
    get unit() {
        return this.#perSecond === false ? 'px/frame' : 'px/s';
    }

    /** { intensity, speed } of the newest that is not older than a second, or null. */
    latest(now) {
        return this.#last && now - this.#last.at <= 1000 ? this.#last : null;
    }

    /** Calls visit(ageMs, intensity, speed) for what there is, oldest first. */
    each(now, visit) {
        const newest = Math.floor(now / STEP_MS);
        for (let step = newest - N + 1; step <= newest; step++) {
            const i = ((step % N) + N) % N;
            if (this.#steps[i] === step)
                visit(now - step * STEP_MS, this.#intensity[i], this.#speed[i]);
        }
    }

    /** { intensity, speed }: the highest of the minute; null without any. */
    highest(now) {
        let highest = null;
        this.each(now, (_, intensity, speed) => {
            highest ??= { intensity: 0, speed: 0 };
            highest.intensity = Math.max(highest.intensity, intensity);
            highest.speed = Math.max(highest.speed, speed);
        });
        return highest;
    }
}
