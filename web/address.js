/* address.js - #device/porch is the open panel, so that reload, back and a bookmark do what one
 * expects. */

export class Address {
    #panel;
    #partsOf;
    #deviceOf;

    /**
     * `panel`: the Part that is the Panel; `partsOf(device)`: those that it is shown with, where they
     * can be had; `deviceOf(id)`: the device or null.
     */
    constructor({ panel, partsOf, deviceOf }) {
        this.#panel = panel;
        this.#partsOf = partsOf;
        this.#deviceOf = deviceOf;
        window.addEventListener('hashchange', () => this.follow());
    }

    goTo = (id) => {
        location.hash = `device/${id}`;
    };

    /** As goTo(), in place of what is open: back leads to where that was opened from. */
    swapTo = (id) => {
        history.replaceState(null, '', `#device/${id}`);
        this.follow();
    };

    /** The panel was closed. */
    forget = () => {
        if (location.hash) history.replaceState(null, '', location.pathname + location.search);
    };

    /** Opens what the address names, shows its news, or closes what it does not name any more. */
    async follow() {
        const device = this.#device;
        const panel = this.#panel.made;
        if (!device) panel?.close();
        else if (panel?.deviceId === device.id) panel.open(device);
        else await this.#open(device);
    }

    get #device() {
        const match = /^#device\/([a-z0-9-]+)$/.exec(location.hash);
        return match && this.#deviceOf(match[1]);
    }

    async #open(device) {
        const parts = this.#partsOf(device);
        parts.forEach((part) => part.preload());
        if (!(await this.#panel.need())) {
            this.forget();
            return;
        }
        for (const part of parts) await part.need(); /* Without them there are still the tables. */
        /* While they were fetched the address may have become another. */
        if (this.#device?.id === device.id) this.#panel.made.open(this.#device);
    }
}
