/* toast.js - one line at the foot of the window about what was just done, also read out; it goes by
 * itself. */

import { h } from './dom.js';

/** Long enough to read a sentence. */
const SHOWN_MS = 6000;
const MAX_SHOWN = 3;

/** `root` is a live region that is there from the start, or nothing would be read out. */
export class Toasts {
    #root;

    constructor(root) {
        this.#root = root;
    }

    /** Returns what takes the line away before its time. */
    say = (text) => {
        const line = h('p', { class: 'toast', text });
        this.#root.append(line);
        while (this.#root.childElementCount > MAX_SHOWN) this.#root.firstElementChild.remove();
        setTimeout(() => line.remove(), SHOWN_MS);
        return () => line.remove();
    };
}
