/* pictures.js - the pictures of all cameras: which message is of which, and whose are asked for. They
 * belong to devices and outlive connections: the last one stays in sight. */

import { Picture } from './picture.js';
import { Sight } from './sight.js';

export class Pictures {
    #host;
    #byId = new Map();
    #channels = new Map();
    #sight = new Sight((ids) => this.#look(ids));

    /** `host`: { clock, the ServerClock; want(ids), a Set: these are in sight } */
    constructor(host) {
        this.#host = host;
    }

    /** What is in sight, as it changes. */
    #look(ids) {
        this.#byId.forEach((picture, id) => picture.setInSight(ids.has(id)));
        this.#host.want(ids);
    }

    of(id) {
        if (!this.#byId.has(id)) this.#byId.set(id, new Picture(id, this.#host.clock, this.#sight));
        return this.#byId.get(id);
    }

    /** A new connection: { id: channel } of all that there are. */
    learn(channels) {
        this.#channels.clear();
        Object.entries(channels).forEach(([id, channel]) => this.tell(id, channel));
    }

    /** A device has a channel. */
    tell(id, channel) {
        if (Number.isInteger(channel)) this.#channels.set(channel, id);
    }

    /** The devices as they are now; those that are gone have no picture. */
    update(devices) {
        devices.forEach(({ id, channel }) => {
            if (!this.#channels.has(channel)) this.tell(id, channel);
        });
        const ids = new Set(devices.map(({ id }) => id));
        for (const id of this.#byId.keys()) if (!ids.has(id)) this.#byId.delete(id);
    }

    /** The device that a message is of, or undefined. */
    sender({ channel }) {
        return this.#channels.get(channel);
    }

    /** A frame has come; `ack` as of Picture.push(). */
    receive(frame, ack) {
        const id = this.sender(frame);
        if (id === undefined) ack();
        else this.of(id).push(frame, ack);
    }
}
