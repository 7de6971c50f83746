/* views.js - kinds of devices that are shown in a way of their own. All others are shown by what
 * their tables say. README.md tells how to add one. */

import { HubCard } from './hubcard.js';
import { Part } from './part.js';

const VIEWS = {
    'playground-hub': {
        card: HubCard,
        holds: 'playground-module',
        load: (again) => import('./playground.js' + again),
        sheets: ['playground.css'],
    },
    'wifi-debug-camera': {
        load: (again) => import('./wifi.js' + again),
        sheets: ['wifi.css'],
    },
};

const rowOf = (device) => (Object.hasOwn(VIEWS, device?.kind ?? '') ? VIEWS[device.kind] : null);

/** The class of the card that stands for it among the devices, or null. */
export const cardOf = (device) => rowOf(device)?.card ?? null;

const held = new Set(Object.values(VIEWS).flatMap(({ holds }) => holds ?? []));

/** Whether devices of a kind are shown inside others, where these are known. */
export const isHeldKind = (kind) => held.has(kind);

/** Whether a device is shown inside the one that it is behind, and nowhere else. */
export const isHeld = (device, parent) => device.kind === rowOf(parent)?.holds;

export class Views {
    #say;
    #parts = new Map();

    /** `say`: as of a Part. */
    constructor(say) {
        this.#say = say;
    }

    /** The Part that is the class of its full view, or null. */
    partOf(device) {
        const row = rowOf(device);
        if (!row) return null;
        if (!this.#parts.has(row)) {
            const make = ({ View }) => View;
            this.#parts.set(row, new Part({ ...row, make, say: this.#say }));
        }
        return this.#parts.get(row);
    }
}
