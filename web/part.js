/* part.js - a part of the page that is fetched when it is first needed, or before that, when the
 * browser has nothing else to do. */

import { confirm } from './confirm.js';
import { h } from './dom.js';

/** What takes longer is said; what is faster would only flicker. */
const SAID_AFTER_MS = 400;

/* File → the promise of its style sheet. Several parts share one. */
const sheets = new Map();

function sheet(name) {
    if (!sheets.has(name))
        sheets.set(
            name,
            new Promise((resolve, reject) => {
                const link = h('link', { rel: 'stylesheet', href: name });
                link.addEventListener('load', resolve);
                link.addEventListener('error', () => {
                    link.remove();
                    sheets.delete(name);
                    reject(new Error(`${name} could not be loaded`));
                });
                document.head.append(link);
            }),
        );
    return sheets.get(name);
}

export class Part {
    #load;
    #sheets;
    #make;
    #say;
    #made = null;
    #tries = 0;
    #coming = null;
    #asked = null;

    /**
     * `load(again)` imports the module, whose address ends in `again`; `sheets` are its style
     * sheets; `make(module)` gives the part. `say(text)` tells somebody who waits, and returns what
     * takes it back.
     */
    constructor({ load, sheets = [], make, say }) {
        this.#load = load;
        this.#sheets = sheets;
        this.#make = make;
        this.#say = say;
    }

    /** The part, or null while it was not fetched. */
    get made() {
        return this.#made;
    }

    /** Fetches it ahead of need. When that fails, need() tries again. */
    preload() {
        this.#fetch().catch(() => {});
    }

    /** The part, complete with its style; null when it could not be had and nobody wants to wait. */
    need() {
        if (this.#made) return Promise.resolve(this.#made);
        this.#asked ??= this.#ask().finally(() => (this.#asked = null));
        return this.#asked;
    }

    async #ask() {
        for (;;) {
            try {
                await this.#saying(this.#fetch());
                return this.#made;
            } catch {
                const again = await confirm(
                    'This part of the page could not be loaded',
                    'The gateway did not hand it over. If trying again does not help, reload the page.',
                    'Try again',
                    'primary',
                );
                if (!again) return null;
            }
        }
    }

    async #saying(promise) {
        let takeBack = null;
        const timer = setTimeout(() => (takeBack = this.#say('Loading…')), SAID_AFTER_MS);
        try {
            await promise;
        } finally {
            clearTimeout(timer);
            takeBack?.();
        }
    }

    #fetch() {
        this.#coming ??= this.#bring().catch((error) => {
            this.#coming = null;
            throw error;
        });
        return this.#coming;
    }

    async #bring() {
        /* Some browsers remember that a module could not be had: then it needs another address. */
        const again = this.#tries ? `?again=${this.#tries}` : '';
        this.#tries += 1;
        const [module] = await Promise.all([this.#load(again), ...this.#sheets.map(sheet)]);
        this.#made = this.#make(module);
    }
}

/** Calls `action` when the browser is idle, or after a while where it cannot tell. */
export function whenIdle(action) {
    if ('requestIdleCallback' in window) requestIdleCallback(action, { timeout: 5000 });
    else setTimeout(action, 2000);
}
