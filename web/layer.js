/* layer.js - a canvas over the picture, as fine as the screen is, on which the overlay lies exactly over
 * the frame: that stands in the middle of its box with bars at two sides. */

import { drawArrows, drawGrid, drawTrajectory } from './arrows.js';
import { h } from './dom.js';
import { keepFine } from './pixels.js';

/** A picture so wide has lines as arrows.js says, others finer or bolder ones: CSS px. */
const PLAIN_WIDTH = 480;
const FINEST = 0.55;
const BOLDEST = 2;

export class Layer {
    #picture;
    #shown;
    #large;
    #unit = 1; /* px of the canvas in one CSS px */
    #overlay = null;
    #canvas = h('canvas', { class: 'layer', 'aria-hidden': 'true', width: 1, height: 1 });
    #stop;

    /** Over the canvas `picture`. `shown` says what of it (shown.js); of small ones it is the arrows. */
    constructor(picture, large, shown) {
        this.#picture = picture;
        this.#large = large;
        this.#shown = shown;
        picture.after(this.#canvas);
        this.#stop = keepFine(this.#canvas, (unit) => {
            this.#unit = unit;
            this.redraw();
        });
    }

    close() {
        this.#stop();
        this.#canvas.remove();
    }

    /** null: nothing is over the picture. */
    draw(overlay) {
        if (overlay === null && this.#overlay === null) return;
        this.#overlay = overlay;
        this.redraw();
    }

    /** The same as it is wanted now. */
    redraw() {
        const canvas = this.#canvas;
        const g = canvas.getContext('2d');
        g.clearRect(0, 0, canvas.width, canvas.height);
        const overlay = this.#overlay;
        const shown = this.#shown;
        if (!overlay || !(this.#large || shown.is('overview'))) return;
        const at = this.#place();
        const scale = Math.max(FINEST, Math.min(BOLDEST, at.width / at.unit / PLAIN_WIDTH));
        if (this.#large && shown.is('grid')) drawGrid(g, overlay, at);
        if (shown.is('arrows')) drawArrows(g, overlay, at, scale);
        if (this.#large && shown.is('trajectory')) drawTrajectory(g, overlay, at);
    }

    /* As `object-fit: contain` places the picture. */
    #place() {
        const { width, height } = this.#canvas;
        const fit = Math.min(width / this.#picture.width, height / this.#picture.height);
        const wide = this.#picture.width * fit;
        const high = this.#picture.height * fit;
        return {
            x: (width - wide) / 2,
            y: (height - high) / 2,
            width: wide,
            height: high,
            unit: this.#unit,
        };
    }
}
