/* instep.test.mjs - a picture and what is drawn over it are always of the same number, however late and
 * however seldom overlays come; and nothing waits for what does not come. In virtual time, no browser. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pureModule } from './pure.mjs';

const { InStep, LOOSE_MS, MAX_HELD, WAIT_MS } = await pureModule('instep.js');

class Clock {
    #now = 0;
    #timers = new Map();
    #id = 0;
    now = () => this.#now;
    cancel = (id) => this.#timers.delete(id);
    after = (ms, action) => {
        this.#timers.set(++this.#id, { at: this.#now + Math.max(0, ms), id: this.#id, action });
        return this.#id;
    };

    /* To `end`, through all that is due until then, in order. */
    run(end) {
        for (;;) {
            const due = [...this.#timers.values()].filter(({ at }) => at <= end);
            const next = due.sort((a, b) => a.at - b.at || a.id - b.id)[0];
            if (!next) break;
            this.#timers.delete(next.id);
            this.#now = next.at;
            next.action();
        }
        this.#now = end;
    }
}

/* The same numbers for the same seed. */
function random(seed) {
    let state = seed * 2654435761 + 1;
    return () => {
        state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) | 0;
        return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
    };
}

/* Everything that InStep does, with when; each step is checked as it is made. */
class Stage {
    clock = new Clock();
    looseDraws = 0;
    log = [];
    offered = new Map();
    shown = null;
    gone = 0;
    inStep = new InStep((overlay, loose) => this.#draw(overlay, loose), this.clock);

    picture(seq) {
        const at = this.clock.now();
        this.offered.set(seq, at);
        this.inStep.picture(seq, {
            show: () => this.#end(seq, 'shown', at),
            drop: () => this.#end(seq, 'dropped', at),
        });
        assert.ok(this.offered.size - this.gone <= MAX_HELD, `${seq}: too many wait`);
    }

    #end(seq, how, since) {
        this.gone += 1;
        assert.ok(this.clock.now() - since < WAIT_MS + 0.01, `${seq} waited too long`);
        assert.ok(!this.log.some((e) => e.seq === seq), `${seq} ended twice`);
        if (how === 'shown') {
            assert.ok(this.shown === null || ((seq - this.shown) | 0) > 0, `${seq} goes back`);
            this.shown = seq;
        }
        this.log.push({ seq, how, at: this.clock.now(), waited: this.clock.now() - since });
    }

    #draw(overlay, loose) {
        if (overlay && !loose) {
            assert.equal(overlay.seq, this.shown, 'drawn over another picture');
            this.log.findLast(({ how }) => how === 'shown').drawn = true;
        }
        this.looseDraws += overlay && loose ? 1 : 0;
        this.over = overlay;
        this.loose = loose;
    }

    of(how) {
        return this.log.filter((entry) => entry.how === how);
    }
}

/* Pictures and overlays as a connection brings them: each in order, an overlay after its picture, which
 * still has to be decoded. */
function play({ frames = 200, every, late, lost = () => false, decode = () => 0, first = 0 }) {
    const stage = new Stage();
    const { clock, inStep } = stage;
    let sent = 0;
    let decoded = 0;
    let told = 0;
    for (let i = 0; i < frames; i++) {
        const seq = (first + i) >>> 0;
        sent += every(i);
        decoded = Math.max(decoded, sent + decode(i));
        clock.after(decoded, () => stage.picture(seq));
        if (lost(i)) continue;
        told = Math.max(told, sent + late(i));
        clock.after(told, () => inStep.overlay(seq, { seq }));
    }
    clock.run(sent + 10000);
    assert.equal(stage.gone, frames, 'every picture was shown or given up');
    return stage;
}

test('whatever the jitter, what is drawn together has one number, and nothing waits long', () => {
    for (let seed = 1; seed <= 400; seed++) {
        const r = random(seed);
        const [fps, spread, loss, slow] = [2 + 28 * r(), 300 * r(), r() < 0.5 ? 0 : r(), 40 * r()];
        const stage = play({
            every: () => (1000 / fps) * (0.5 + r()),
            late: () => spread * r(),
            lost: () => r() < loss,
            decode: () => slow * r(),
            first: seed % 5 === 0 ? 0xffffffff - 100 : 0,
        });
        const shows = stage.of('shown').map(({ at }) => at);
        const still = Math.max(...shows.map((at, i) => (i ? at - shows[i - 1] : 0)));
        assert.ok(still <= 1500 / fps + slow + WAIT_MS + 1, `seed ${seed}: stood for ${still} ms`);
    }
});

test('overlays that come in time are all drawn, each with its picture and none later', () => {
    for (const [fps, late] of [
        [25, 30],
        [25, 70],
        [10, 120],
        [30, 5],
        [5, 140],
    ]) {
        const r = random(fps);
        const stage = play({ every: () => 1000 / fps, late: () => late * (0.8 + 0.2 * r()) });
        const after = stage.log.filter(({ at }) => at > 1000);
        const bare = after.filter(({ how, drawn }) => how === 'shown' && !drawn).length;
        assert.equal(bare, 0, `${fps} fps, ${late} ms`);
        const dropped = after.filter(({ how }) => how === 'dropped').length;
        assert.ok(dropped <= (late > 2000 / fps ? 200 : 2), `${fps} fps, ${late} ms: ${dropped}`);
    }
});

test('overlays of every third picture: those are shown, and the picture does not flicker', () => {
    const stage = play({ every: () => 40, late: () => 10, lost: (i) => i % 3 !== 0 });
    const bare = stage.log.filter(({ at, how, drawn }) => at > 500 && how === 'shown' && !drawn);
    assert.ok(bare.length <= 2, `${bare.length} pictures without their overlay`);
    assert.ok(stage.of('shown').length > 60);
});

test('without overlays pictures go straight through', () => {
    const stage = play({ every: () => 40, late: () => 0, lost: () => true });
    assert.equal(stage.of('shown').length, 200);
    assert.ok(stage.log.every(({ waited }) => waited === 0));
});

test('overlays that come seldom, or too late, or no more: the picture flows', () => {
    const seldom = play({ every: () => 40, late: () => 10, lost: (i) => i % 20 !== 0 });
    assert.ok(seldom.of('dropped').length <= 8, 'a few were given up before that was known');
    const late = play({ every: () => 40, late: () => 400 });
    assert.equal(late.of('dropped').length, 0);
    assert.ok(late.log.every(({ waited }) => waited === 0));
    const ended = play({ every: () => 40, late: () => 10, lost: (i) => i > 100 });
    assert.ok(ended.log.slice(-80).every(({ how, waited }) => how === 'shown' && waited === 0));
});

test('an overlay that comes too late is put over its picture, and is loose over the next one', () => {
    const stage = new Stage();
    const now = () => [stage.over?.seq, stage.loose];
    stage.picture(1);
    stage.clock.run(400);
    stage.inStep.overlay(1, { seq: 1 });
    assert.deepEqual(now(), [1, false]);
    stage.picture(2);
    assert.deepEqual(now(), [1, true]);
    stage.clock.run(600);
    stage.picture(3);
    stage.inStep.overlay(2, { seq: 2 });
    assert.deepEqual(now(), [2, true]);
});

test('overlays later than two pictures are drawn, told from those in step, and do not flicker', () => {
    const stage = play({ every: () => 40, late: () => 130 });
    assert.equal(stage.of('dropped').length, 0);
    assert.ok(stage.looseDraws > 150);
});

test('after a new start of the gateway numbers begin anew, and nothing of before is drawn', () => {
    const stage = new Stage();
    stage.picture(5000);
    stage.inStep.overlay(5003, { seq: 5003 });
    stage.inStep.rest();
    stage.shown = null;
    stage.picture(1);
    stage.inStep.overlay(1, { seq: 1 });
    assert.deepEqual(stage.over, { seq: 1 });
    stage.shown = null;
    stage.picture(5003);
    stage.clock.run(WAIT_MS);
    assert.deepEqual([stage.shown, stage.over], [5003, null]);
});

test('one without a number is drawn at once, says so, holds nothing back and is over some time', () => {
    const stage = new Stage();
    stage.picture(1);
    stage.inStep.loose({ seq: 1 });
    assert.deepEqual([stage.over, stage.loose], [{ seq: 1 }, true]);
    stage.clock.run(200);
    stage.picture(2);
    assert.deepEqual([stage.over, stage.loose, stage.shown], [{ seq: 1 }, true, 2]);
    stage.clock.run(200 + LOOSE_MS);
    stage.picture(3);
    assert.equal(stage.over, null);
});
