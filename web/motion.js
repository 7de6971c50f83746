/* motion.js - the motion in one camera's pictures: takes its overlays, and draws each over the picture that
 * it was computed from. */

import { InStep } from './instep.js';
import { Layer } from './layer.js';
import { Minute } from './minute.js';
import { parseOverlay } from './overlay.js';
import { shown } from './shown.js';

export class Motion {
    #layers = new Map();
    #inStep = new InStep((overlay, loose) => this.#draw(overlay, loose));
    #listener = null;
    #over = [null, false]; /* what is over the picture, and whether it is loose */
    /** What the chart shows. */
    minute = new Minute();

    /** The body of an overlay message has come; `loose`: no camera has given it a number. */
    receive({ seq, loose, body }) {
        const overlay = parseOverlay(body);
        if (!overlay) return;
        this.minute.add(performance.now(), overlay);
        if (loose) this.#inStep.loose(overlay);
        else this.#inStep.overlay(seq, overlay);
    }

    /** One that looks at it closely: listener(overlay, loose) when another is shown; null: nobody. */
    set listener(listener) {
        this.#listener = listener;
    }

    /** Draws anew: other parts of it are wanted. */
    redraw() {
        this.#layers.forEach((layer) => layer.redraw());
        this.#listener?.(...this.#over);
    }

    /** What is under way is forgotten: numbers begin anew. */
    restart() {
        this.#inStep.rest();
    }

    /* --- as a Picture has it ------------------------------------------------------------------ */

    attach(canvas, large) {
        const layer = new Layer(canvas, large, shown);
        layer.draw(this.#over[0]); /* The picture stands there already, too. */
        this.#layers.set(canvas, layer);
    }

    detach(canvas) {
        this.#layers.get(canvas)?.close();
        this.#layers.delete(canvas);
    }

    take(seq, picture) {
        this.#inStep.picture(seq, picture);
    }

    rest() {
        this.#inStep.rest();
        for (const canvas of [...this.#layers.keys()]) this.detach(canvas);
    }

    #draw(overlay, loose) {
        this.#over = [overlay, loose];
        this.#layers.forEach((layer) => layer.draw(overlay));
        this.#listener?.(overlay, loose);
    }
}
