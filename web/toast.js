/* toast.js - one line at the foot of the window about what was just done, also read out; it goes by
 * itself. */

import { h } from './dom.js';

/** Long enough to read a sentence; what is wrong may be two. */
const SHOWN_MS = { plain: 6000, bad: 12000 };
const MAX_SHOWN = 3;

/** `root` is a live region that is there from the start, or nothing would be read out. */
export class Toasts {
    #root;

    constructor(root) {
        this.#root = root;
    }

    /** `look`: plain or bad. Returns what takes the line away before its time. */
    say = (text, look = 'plain') => {
        const line = h('p', { class: 'toast', data: { look }, text });
        this.#place();
        this.#root.append(line);
        while (this.#root.childElementCount > MAX_SHOWN) this.#root.firstElementChild.remove();
        setTimeout(() => line.remove(), SHOWN_MS[look]);
        return () => line.remove();
    };

    /* A dialog lies over all that is not in it, and nothing else is read out. */
    #place() {
        const dialog = [...document.querySelectorAll('dialog[open]')].at(-1);
        const place = dialog ?? document.body;
        if (this.#root.parentElement === place) return;
        place.append(this.#root);
        dialog?.addEventListener('close', () => this.#place(), { once: true });
    }
}
