/* devices.js - the devices as the gateway last told them, kept fresh by events. */

import * as api from './api.js';

/** Several events of one device within this time become one request. */
const REFETCH_AFTER_MS = 150;
/**
 * Pages of the device list that are read at most: no gateway has more, and a broken cursor must not
 * run for ever.
 */
const MAX_PAGES = 50;
/** Names of devices that are gone are kept for the events that tell of them; so many in all. */
const MAX_NAMES = 1000;
/** More devices than that are asked for together. */
const MAX_SINGLE = 5;

/** Whether the gateway refuses to change this key of a device, "name" or "enabled": a file says it. */
export const isFixed = (device, key) => (device.fixed ?? []).includes(key);

export class Devices {
    #byId = new Map();
    #names = new Map();
    #stale = new Set();
    #gone = new Set(); /* removed, perhaps while asked for */
    #timer = 0;
    #changed;

    /** `changed()` is called after anything in here is different. */
    constructor(changed) {
        this.#changed = changed;
    }

    get all() {
        return [...this.#byId.values()];
    }

    get(id) {
        return this.#byId.get(id) ?? null;
    }

    /** Those behind a device. */
    behind(id) {
        return this.all.filter(({ parent }) => parent === id);
    }

    /** The name that people know, also of what is gone; the id of what was never known. */
    nameOf = (id) => this.#names.get(id) || id;

    /** Reads all of them anew. Throws a Problem. */
    async load() {
        const all = [];
        this.#gone.clear();
        let cursor = null;
        for (let page = 0; page < MAX_PAGES; page++) {
            const { items, next } = await api.devices(cursor);
            all.push(...items);
            cursor = next;
            if (!cursor) break;
        }
        this.#byId = new Map(all.map((device) => [device.id, device]));
        this.#gone.forEach((id) => this.#byId.delete(id));
        all.forEach((device) => this.#learnName(device));
        this.#changed();
    }

    /**
     * New values of some attributes, { key: value }, as of `time`. They come once a second from a
     * busy device, so nothing is asked for; only one that is shown for the first time is. null:
     * there is none any more.
     */
    putAttributes(id, values, time) {
        const device = this.#byId.get(id);
        if (!device) return;
        const attributes = { ...device.attributes };
        for (const [key, value] of Object.entries(values))
            if (value === null) delete attributes[key];
            else if (Object.hasOwn(attributes, key))
                attributes[key] = { ...attributes[key], value, time };
            else this.stale(id); /* Its unit and help are not known yet. */
        this.put({ ...device, attributes });
    }

    put(device) {
        this.#byId.set(device.id, device);
        this.#learnName(device);
        this.#changed();
    }

    #learnName({ id, name }) {
        this.#names.delete(id);
        this.#names.set(id, name);
        if (this.#names.size > MAX_NAMES) this.#names.delete(this.#names.keys().next().value);
    }

    remove(id) {
        this.#stale.delete(id);
        this.#gone.add(id);
        if (this.#byId.delete(id)) this.#changed();
    }

    /** Something about this device is new: ask for it soon. */
    stale(id) {
        this.#stale.add(id);
        this.#timer ||= setTimeout(() => this.#refresh(), REFETCH_AFTER_MS);
    }

    /* A hub that was found brings fifty modules at once: they come in one answer. */
    #refresh() {
        const ids = [...this.#stale];
        this.#stale.clear();
        this.#timer = 0;
        if (ids.length > MAX_SINGLE) this.load().catch(() => {}); /* As refetch(). */
        else ids.forEach((id) => this.refetch(id));
    }

    async refetch(id) {
        this.#gone.delete(id);
        try {
            const device = await api.device(id);
            if (!this.#gone.has(id)) this.put(device);
        } catch (problem) {
            if (problem.status === 404) this.remove(id);
            /* Anything else: the next event or the next reconnect asks again. */
        }
    }
}
