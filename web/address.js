/* address.js - #device/porch is the open panel, so that reload, back and a bookmark do what one
 * expects. */

export class Address {
    #panel;
    #views;
    #deviceOf;

    /** `panel`: the Part that is the Panel; `views` of views.js; `deviceOf(id)`: the device or null. */
    constructor({ panel, views, deviceOf }) {
        this.#panel = panel;
        this.#views = views;
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

    async #open({ id, kind }) {
        const view = this.#views.partOf({ kind });
        view?.preload();
        if (!(await this.#panel.need())) {
            this.forget();
            return;
        }
        await view?.need(); /* Without it there are still the tables. */
        /* While they were fetched the address may have become another. */
        if (this.#device?.id === id) this.#panel.made.open(this.#device);
    }
}
