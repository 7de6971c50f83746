/* sight.js - which cameras somebody can see: their canvases are on the screen, or nearly, and the
 * page is in front. All others are not asked for, and rest where nobody else looks. */

/** Asked for this far before it is scrolled into view, so that it moves already then. */
const MARGIN = '200px';

export class Sight {
    #changed;
    #places = new Map();
    #ids = new Set();
    #observer = new IntersectionObserver((entries) => this.#look(entries), { rootMargin: MARGIN });

    /** `changed(ids)` gets the Set of the devices in sight whenever it is another. */
    constructor(changed) {
        this.#changed = changed;
        document.addEventListener('visibilitychange', () => this.#tell());
    }

    /** `element` shows the camera `id`; several may. */
    add(element, id) {
        this.#places.set(element, { id, near: false });
        this.#observer.observe(element);
    }

    remove(element) {
        this.#observer.unobserve(element);
        this.#places.delete(element);
        this.#tell();
    }

    #look(entries) {
        for (const { target, isIntersecting } of entries) {
            const place = this.#places.get(target);
            if (place) place.near = isIntersecting;
        }
        this.#tell();
    }

    #tell() {
        const near = [...this.#places.values()].filter((place) => place.near && !document.hidden);
        const ids = new Set(near.map(({ id }) => id));
        if ([...ids].join() === [...this.#ids].join()) return;
        this.#ids = ids;
        this.#changed(ids);
    }
}
