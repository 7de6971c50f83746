/* shown.js - what of the overlays somebody wants to see, on all pictures; remembered from one visit to
 * the next. */

const KEY = 'warren.overlay';
const AT_FIRST = {
    on: true,
    overview: true,
    grid: true,
    arrows: true,
    summary: true,
    trajectory: true,
};

/* Storage may be forbidden: then it lasts as long as the page. */
function stored() {
    try {
        return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
        return {};
    }
}

class Shown {
    #values = { ...AT_FIRST };
    #listeners = new Set();

    constructor() {
        this.#read();
        window.addEventListener('storage', ({ key }) => {
            if (key !== KEY) return;
            this.#read();
            this.#tell();
        });
    }

    /** Of `on` (anything at all), `overview` (in the small pictures, too), and the parts. */
    is(name) {
        return this.#values[name];
    }

    set(name, value) {
        this.#values[name] = value;
        try {
            localStorage.setItem(KEY, JSON.stringify(this.#values));
        } catch {
            /* see above */
        }
        this.#tell();
    }

    /** `listener()` is called after each change, until the returned function is. */
    listen(listener) {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
    }

    #read() {
        const values = stored();
        for (const name of Object.keys(AT_FIRST))
            this.#values[name] = typeof values[name] === 'boolean' ? values[name] : AT_FIRST[name];
    }

    #tell() {
        this.#listeners.forEach((listener) => listener());
    }
}

export const shown = new Shown();
