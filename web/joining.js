/* joining.js - how far something is that takes long: a camera that is told its network, and joins it. */

import { h, setHidden, setText } from './dom.js';

/** Cameras give up after 15 s, drivers after 25. */
const JOIN_S = 25;
const TICK_MS = 250;

/* What the driver does before the camera hears of it. */
const LINKS = {
    looking: 'Looking for the camera over Bluetooth',
    connecting: 'Connecting to the camera over Bluetooth',
};

export class Joining {
    #what = '';
    #joins = false;
    #link = '';
    #beganMs = 0;
    #timer = 0;
    #bar = h('progress', { max: JOIN_S });
    #words = h('p');

    element = h('div', { class: 'joining', hidden: true }, this.#bar, this.#words);

    /** `joins`: of what begins now is known how long it takes. */
    begin(what, { joins = false } = {}) {
        this.#what = what;
        this.#joins = joins;
        this.#beganMs = performance.now();
        this.#bar.setAttribute('aria-label', what);
        clearInterval(this.#timer);
        this.#timer = setInterval(() => this.#show(), TICK_MS);
        setHidden(this.element, false);
        this.#show();
    }

    end() {
        clearInterval(this.#timer);
        setHidden(this.element, true);
    }

    /** What the driver says of the link: time counts from when the camera has heard it. */
    link(link) {
        if (link === 'joining' && this.#link !== link) this.#beganMs = performance.now();
        this.#link = link;
    }

    #show() {
        const seconds = Math.floor((performance.now() - this.#beganMs) / 1000);
        const waits = LINKS[this.#link];
        if (waits || !this.#joins) this.#bar.removeAttribute('value');
        else this.#bar.value = Math.min(seconds, JOIN_S);
        if (waits) setText(this.#words, waits);
        else if (!this.#joins) setText(this.#words, this.#what);
        else setText(this.#words, `${this.#what}: ${seconds}\u00a0s, ${JOIN_S}\u00a0s at most`);
    }
}
