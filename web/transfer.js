/* transfer.js - pictures on their way from a camera that hands them over slowly: how far each is, and
 * the bar that shows it. */

import { h, setHidden, setText } from './dom.js';
import { bytes } from './format.js';

/** A bar that is full stands so long, so that one sees that it was. */
const WHOLE_MS = 1500;
/** Cameras and drivers give a picture up after 15 s of silence. */
const SILENT_MS = 20000;

export class Transfers {
    #byId = new Map();
    #now;

    /** `now` gives monotonic milliseconds. */
    constructor(now = () => performance.now()) {
        this.#now = now;
    }

    /** The data of an event transfer.progress; what is not of its shape is left out. */
    put(id, data) {
        const { picture, of, bytes: got, size } = data ?? {};
        if (![picture, of, got, size].every(Number.isFinite) || size <= 0) return;
        this.#byId.set(id, { picture, of, got: Math.min(got, size), size, at: this.#now() });
    }

    /** The device is gone, or nothing comes from it now. */
    end(id) {
        this.#byId.delete(id);
    }

    /** What comes in of a device: { picture, of, got, size }, or null. */
    of(id) {
        const transfer = this.#byId.get(id);
        if (!transfer) return null;
        const lasts = transfer.got === transfer.size ? WHOLE_MS : SILENT_MS;
        if (this.#now() - transfer.at <= lasts) return transfer;
        this.end(id);
        return null;
    }
}

/** "Picture 2 of 7" where there are several, and "17 of 32 kB". */
function transferWords({ picture, of, got, size }) {
    const which = of > 1 ? `Picture ${picture} of ${of}` : 'A picture comes in';
    return `${which}: ${got === size ? bytes(size) : `${bytes(got)} of ${bytes(size)}`}`;
}

/** A bar; with `told`, words below it. Not there while nothing comes in. */
export class TransferBar {
    #bar = h('progress', { max: 1, value: 0 });
    #words = h('span', { class: 'transfer-words' });
    element;

    constructor({ told }) {
        this.element = h(
            'div',
            { class: 'transfer', hidden: true },
            this.#bar,
            told ? this.#words : null,
        );
    }

    /** `transfer` as Transfers.of() gives it. */
    show(transfer) {
        setHidden(this.element, transfer === null);
        if (!transfer) return;
        const words = transferWords(transfer);
        this.#bar.value = transfer.got / transfer.size;
        this.#bar.setAttribute('aria-label', words);
        this.#bar.title = words;
        setText(this.#words, words);
    }
}
