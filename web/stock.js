/* stock.js - a camera that keeps pictures itself and hands them over later: how full its memory is, how
 * many pictures wait in it, which of them comes in just now, and what does not work. */

import { h, setHidden, setText } from './dom.js';
import { sentence, spoken, value } from './format.js';
import { TransferBar } from './transfer.js';

/** The attributes by which such cameras are known. */
const USED = 'storage_used_percent';
const WAITING = 'images_waiting';
/** Memory that is nearly full: the oldest pictures go next. */
const HIGH_PERCENT = 90;

export const keepsPictures = (device) =>
    Object.hasOwn(device.attributes ?? {}, WAITING) || Object.hasOwn(device.attributes ?? {}, USED);

export class Stock {
    #meter = h('meter', { min: 0, max: 100, high: HIGH_PERCENT, optimum: 0 });
    #used = h('span');
    #waiting = h('dd');
    #bar = new TransferBar({ told: true });
    #trouble = h('p', { class: 'problem', role: 'status' });

    element = h(
        'section',
        { class: 'block stock', hidden: true },
        h('h3', { text: 'In the camera' }),
        h(
            'dl',
            {},
            h('dt', { text: 'Storage used' }),
            h('dd', {}, this.#meter, this.#used),
            h('dt', { text: 'Pictures waiting' }),
            this.#waiting,
        ),
        this.#bar.element,
        this.#trouble,
    );

    update(device) {
        const shown = keepsPictures(device);
        setHidden(this.element, !shown);
        if (!shown) return;
        const told = (key) => device.attributes[key]?.value ?? null;
        const used = told(USED);
        setHidden(this.#meter, used === null);
        this.#meter.value = used ?? 0;
        this.#meter.setAttribute('aria-label', `Storage used: ${value(used, '%')}`);
        setText(this.#used, used === null ? 'Not told yet' : value(used, '%'));
        setText(this.#waiting, waitingWords(told(WAITING)));
        setText(this.#trouble, sentence(spoken(told('trouble'))));
    }

    /** `transfer` as Transfers.of() gives it. */
    tick(transfer) {
        this.#bar.show(transfer);
    }
}

function waitingWords(n) {
    if (n === null) return 'Not told yet';
    return n === 0 ? 'None' : String(n);
}
