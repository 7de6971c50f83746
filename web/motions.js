/* motions.js - the motion of all cameras: whose overlays are asked for, and which message is of which. */

import { Motion } from './motion.js';
import { MotionBlock } from './motionblock.js';
import { shown } from './shown.js';

export class Motions {
    #pictureOf;
    #wantOverlays;
    #motions = new Map();
    #devices = [];
    #inSight = new Set();
    #open = null;
    #wanted = new Set();

    /** `pictureOf(id)` gives a Picture, `wantOverlays(ids)` asks for the overlays of these. */
    constructor(pictureOf, wantOverlays) {
        this.#pictureOf = pictureOf;
        this.#wantOverlays = wantOverlays;
        shown.listen(() => {
            this.#refresh();
            this.#motions.forEach((motion) => motion.redraw());
        });
    }

    /** The devices as they are now, and the Set of those in sight, by id. */
    update(devices, inSight) {
        this.#devices = devices;
        this.#inSight = inSight;
        const ids = new Set(devices.map(({ id }) => id));
        for (const id of this.#motions.keys()) if (!ids.has(id)) this.#motions.delete(id);
        this.#refresh();
    }

    /** The camera that somebody looks at closely, by id, or null. */
    look(id) {
        this.#open = id;
        this.#refresh();
    }

    /** A new connection. */
    restart() {
        this.#motions.forEach((motion) => motion.restart());
    }

    of(id) {
        if (!this.#motions.has(id)) this.#motions.set(id, new Motion());
        return this.#motions.get(id);
    }

    /** What a panel shows of it below its `screen`; `changed(device)` takes the answer to a PATCH. */
    blockOf(id, screen, changed) {
        return new MotionBlock(id, { screen, motions: this, changed });
    }

    /** An overlay message of a device. */
    receive(id, message) {
        if (this.#wanted.has(id)) this.of(id).receive(message);
    }

    #wants({ id, camera, overlay }) {
        if (!camera || !overlay || !shown.is('on') || !this.#inSight.has(id)) return false;
        return id === this.#open || (shown.is('overview') && shown.is('arrows'));
    }

    #refresh() {
        const ids = this.#devices.filter((device) => this.#wants(device)).map(({ id }) => id);
        if (ids.length === this.#wanted.size && ids.every((id) => this.#wanted.has(id))) return;
        const before = this.#wanted;
        this.#wanted = new Set(ids);
        before.forEach((id) => this.#wanted.has(id) || this.#pictureOf(id).accompany(null));
        ids.forEach((id) => this.#pictureOf(id).accompany(this.of(id)));
        this.#wantOverlays(ids);
    }
}
