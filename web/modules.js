/* modules.js - the modules of a hub as a list: who is there, how loud, how full, when last heard. */

import { battery } from './battery.js';
import { arrange, h, setHidden, setText } from './dom.js';
import { span, value } from './format.js';
import { stateOf } from './hub.js';
import { reaches } from './reach.js';
import { barsOf } from './signal.js';

/** As the hub counts them. */
const BARS = ['very weak', 'weak', 'good', 'strong'];

/** "12 s ago"; `now` is the gateway's. */
export function ago(time, now) {
    const at = Date.parse(time ?? '');
    if (Number.isNaN(at)) return 'never heard';
    return now - at < 1500 ? 'just now' : `${span(now - at)} ago`;
}

class Row {
    #module = null;
    #shape = '';
    #signal = h('span', { class: 'module-signal' });
    #name = h('button', { class: 'tile-open', type: 'button' });
    #battery = h('span');
    #forget = h('button', { class: 'text-button module-forget', type: 'button', text: 'Forget' });
    #seen = h('span');
    #state = h('span', { class: 'module-state' });

    element = h(
        'li',
        { class: 'module' },
        this.#signal,
        h('span', { class: 'module-name' }, this.#name),
        this.#battery,
        this.#forget,
        h('p', { class: 'module-foot' }, this.#seen, this.#state),
    );

    constructor(host, id) {
        this.element.dataset.module = id;
        this.#name.addEventListener('click', () => host.chosen(id));
        this.#forget.addEventListener('click', () => host.forget([id]));
        this.element.addEventListener('pointerenter', () => host.hinted(id));
        this.element.addEventListener('pointerleave', () => host.hinted(null));
        this.#name.addEventListener('focus', () => host.hinted(id));
        this.#name.addEventListener('blur', () => host.hinted(null));
    }

    update(module) {
        this.#module = module;
        const { seen, ...shown } = module;
        const shape = JSON.stringify(shown);
        if (shape === this.#shape) return;
        this.#shape = shape;
        setText(this.#name, module.name);
        this.element.dataset.dim = module.stale || !module.present;
        const strength = module.rssi === null ? '' : `, ${value(module.rssi, 'dBm')}`;
        const words = module.bars === null ? 'unknown' : (BARS[module.bars] ?? BARS.at(-1));
        this.#signal.replaceChildren(
            barsOf(module.bars ?? 0, BARS.length - 1, `Signal: ${words}${strength}`),
        );
        this.#battery.replaceChildren(battery(module));
        setHidden(this.#battery, module.gone);
        setHidden(this.#forget, !module.gone);
        this.#forget.setAttribute('aria-label', `Forget ${module.name}`);
    }

    reach(threshold) {
        const reached = reaches(threshold, this.#module);
        this.element.dataset.reached = reached;
        setText(this.#state, stateOf(this.#module, reached));
    }

    tick(now) {
        setText(this.#seen, ago(this.#module.seen, now));
    }

    focus() {
        this.#name.focus();
    }
}

export class Modules {
    #host;
    #rows = new Map();
    #gone = []; /* ids */
    #list = h('ul', { class: 'modules' });
    #goneWords = h('span');
    #forget = h('button', { class: 'text-button', type: 'button', text: 'Forget them' });
    #many = h('p', { class: 'modules-gone' }, this.#goneWords, ' ', this.#forget);
    element = h('div', {}, this.#list, this.#many);

    /** `host`: { chosen(id), hinted(id or null), forget(ids) } */
    constructor(host) {
        this.#host = host;
        this.#forget.addEventListener('click', () => host.forget(this.#gone));
    }

    /** `modules` of hub.js in their order; `threshold` in dBm or null; `now` at the gateway. */
    show(modules, threshold, now) {
        const known = new Set(modules.map(({ id }) => id));
        for (const id of this.#rows.keys()) if (!known.has(id)) this.#rows.delete(id);
        for (const module of modules) {
            if (!this.#rows.has(module.id))
                this.#rows.set(module.id, new Row(this.#host, module.id));
            this.#rows.get(module.id).update(module);
        }
        arrange(
            this.#list,
            modules.map(({ id }) => this.#rows.get(id).element),
        );
        this.#gone = modules.filter(({ gone }) => gone).map(({ id }) => id);
        setText(this.#goneWords, `${this.#gone.length} modules are gone.`);
        setHidden(this.#many, this.#gone.length < 2); /* One has its own button. */
        this.reach(threshold);
        this.tick(now);
    }

    reach(threshold) {
        this.#rows.forEach((row) => row.reach(threshold));
    }

    tick(now) {
        this.#rows.forEach((row) => row.tick(now));
    }

    focus(id) {
        this.#rows.get(id)?.focus();
    }

    /** The keyboard goes on at another than these, which are on their way out. */
    focusBeside(ids) {
        this.focus([...this.#rows.keys()].find((id) => !ids.includes(id)));
    }

    /** One that is pointed at elsewhere; null: none. */
    mark(id) {
        this.#rows.forEach((row, other) => (row.element.dataset.marked = other === id));
    }
}
