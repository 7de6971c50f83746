/* radar.js - the modules as the hub hears them: the nearer, the louder. Which way a module lies
 * nobody knows: each gets a direction of its own and keeps it. Dragging the edge of what is reached
 * moves the slider; by keyboard the slider itself does, and the arrows go from module to module. */

import { batterySaid } from './battery.js';
import { h, setText, svg } from './dom.js';
import { value } from './format.js';
import { stateOf } from './hub.js';
import { ALL, endOf, farness, PLACES, positionAt, reaches, thresholdOf } from './reach.js';

/* In pixels: the drawing is as wide as there is room, so that names stay readable on a phone. */
const MARGIN = 14;
const FOOT = 26;
const HUB = 34; /* nobody is nearer to the middle */
const DOT = 7;
const TOUCH = 13; /* round a dot: what a finger hits */
const MAX_WIDTH = 760;
const MIN_WIDTH = 280;
/** More names than that would lie on each other. */
const NAMES_SHOWN = 16;
/** Narrower, names and the places' words need the room of two. */
const NARROW = 460;
const HINT = 'Drag to choose how far.';

/* 1/2, 1/4, 3/4, 1/8 …: each next one has most room, wherever one stops. */
function spread(i) {
    let part = 0;
    for (let bit = 0.5, n = i + 1; n > 0; n >>= 1, bit /= 2) part += (n & 1) * bit;
    return part;
}

const half = (x, y, r) => `M${x - r} ${y}A${r} ${r} 0 0 1 ${x + r} ${y}`;

export class Radar {
    #host;
    #svg = svg('svg', {
        class: 'radar',
        role: 'group',
        'aria-label': 'Modules by how strongly the hub hears them',
    });
    #rings = svg('g', { 'aria-hidden': 'true' });
    #area = svg('path', { class: 'radar-area' });
    #edge = svg('path', { class: 'radar-edge' });
    #dots = svg('g', {});
    #hub = svg('circle', { class: 'radar-hub', r: 9 });
    #caption = h('p', { class: 'radar-caption muted', 'aria-hidden': 'true', text: HINT });
    #places = new Map(); /* id → which direction, for as long as the view is open */
    #byId = new Map(); /* id → { node, ring, name, module } */
    #modules = [];
    #threshold = null;
    #width = 0;
    #at = null; /* id of the one that Tab goes to */
    #observer = new ResizeObserver(([{ contentRect }]) => this.#resize(contentRect.width));

    element = h('div', { class: 'radar-box' }, this.#svg, this.#caption);

    /** `host`: { chosen(id), hinted(id or null), reach(position), said(module) → a line about it } */
    constructor(host) {
        this.#host = host;
        this.#svg.append(this.#area, this.#rings, this.#edge, this.#hub, this.#dots);
        this.#observer.observe(this.element);
        this.#svg.addEventListener('pointerdown', (event) => this.#drag(event));
        this.#svg.addEventListener('keydown', (event) => this.#key(event));
    }

    close() {
        this.#observer.disconnect();
    }

    /** `modules` of hub.js in their order; `position` of the slider. */
    show(modules, position) {
        this.#modules = modules;
        this.#threshold = thresholdOf(position);
        if (this.#width) this.#draw();
    }

    #resize(width) {
        const w = Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)));
        if (w === this.#width) return;
        this.#width = w;
        this.#svg.setAttribute('viewBox', `0 0 ${w} ${this.#y + FOOT}`);
        this.#svg.setAttribute('width', w);
        this.#svg.setAttribute('height', this.#y + FOOT);
        this.#drawRings();
        this.#draw();
    }

    /* Where the hub is, and how far the farthest. */
    get #x() {
        return this.#width / 2;
    }

    get #y() {
        return this.#far + MARGIN;
    }

    get #far() {
        return this.#width / 2 - MARGIN;
    }

    #radius(far) {
        return HUB + far * (this.#far - HUB);
    }

    #drawRings() {
        const edges = PLACES.map(([, name]) => [name, farness(thresholdOf(endOf(name)))]);
        this.#rings.replaceChildren(
            ...edges.flatMap(([name, far], i) => {
                const r = this.#radius(far);
                const side = this.#width < NARROW && i % 2 ? -1 : 1;
                const label = svg('text', { x: this.#x + side * r, y: this.#y + 17 });
                label.textContent = name;
                return [svg('path', { class: 'ring', d: half(this.#x, this.#y, r) }), label];
            }),
        );
        this.#hub.setAttribute('cx', this.#x);
        this.#hub.setAttribute('cy', this.#y);
    }

    #draw() {
        const far = this.#threshold === null ? 1 : farness(this.#threshold);
        for (const path of [this.#area, this.#edge])
            path.setAttribute('d', `${half(this.#x, this.#y, this.#radius(far))}Z`);
        const known = new Set(this.#modules.map(({ id }) => id));
        for (const [id, { node }] of this.#byId)
            if (!known.has(id)) {
                node.remove();
                this.#byId.delete(id);
            }
        const named = this.#modules.length <= NAMES_SHOWN && this.#width >= NARROW;
        this.#modules.forEach((module) => this.#place(this.#dot(module), module, named));
        this.#rove();
    }

    #dot({ id }) {
        if (!this.#byId.has(id)) {
            const name = svg('text', { y: -DOT - 5, 'aria-hidden': 'true' });
            const node = svg(
                'g',
                { class: 'module-dot', role: 'button', 'data-module': id },
                svg('circle', { class: 'touch', r: TOUCH }),
                svg('circle', { class: 'dot-mark', r: DOT }),
                name,
            );
            node.addEventListener('click', () => this.#host.chosen(id));
            node.addEventListener('focus', () => this.#hint(id));
            node.addEventListener('blur', () => this.#hint(null));
            node.addEventListener('pointerenter', () => this.#hint(id));
            node.addEventListener('pointerleave', () => this.#hint(null));
            this.#dots.append(node);
            this.#byId.set(id, { node, name });
            if (!this.#places.has(id)) this.#places.set(id, this.#places.size);
        }
        return this.#byId.get(id);
    }

    #place(dot, module, named) {
        const angle = Math.PI * (1 - spread(this.#places.get(module.id)));
        const r = this.#radius(farness(module.rssi));
        const x = this.#x + r * Math.cos(angle);
        const y = this.#y - r * Math.sin(angle);
        const reached = reaches(this.#threshold, module);
        dot.module = module;
        dot.node.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
        dot.node.dataset.reached = reached;
        dot.node.dataset.dim = module.stale || !module.present;
        dot.node.setAttribute('aria-label', this.#label(module, reached));
        setText(dot.name, named ? module.name : '');
    }

    #label(module, reached) {
        return [
            module.name,
            module.rssi === null ? 'signal unknown' : `signal ${value(module.rssi, 'dBm')}`,
            batterySaid(module),
            stateOf(module, reached) || 'out of reach',
        ]
            .filter(Boolean)
            .join(', ');
    }

    #hint(id) {
        const module = id && this.#byId.get(id)?.module;
        setText(this.#caption, module ? this.#host.said(module) : HINT);
        this.#host.hinted(id);
    }

    /** One that is pointed at elsewhere; null: none. */
    mark(id) {
        this.#byId.forEach(({ node }, other) => (node.dataset.marked = other === id));
    }

    /* --- by keyboard: one stop, and arrows from the loudest to the faintest ------------------- */

    #rove() {
        if (!this.#byId.has(this.#at)) this.#at = this.#modules[0]?.id ?? null;
        this.#byId.forEach(({ node }, id) =>
            node.setAttribute('tabindex', id === this.#at ? '0' : '-1'),
        );
    }

    #key(event) {
        const i = this.#modules.findIndex(({ id }) => id === this.#at);
        const last = this.#modules.length - 1;
        const to = {
            ArrowRight: i + 1,
            ArrowUp: i + 1,
            ArrowLeft: i - 1,
            ArrowDown: i - 1,
            Home: 0,
            End: last,
        }[event.key];
        if (event.key === 'Enter' || event.key === ' ') this.#host.chosen(this.#at);
        else if (to === undefined) return;
        else {
            this.#at = this.#modules[Math.min(last, Math.max(0, to))].id;
            this.#rove();
            this.#byId.get(this.#at).node.focus();
        }
        event.preventDefault();
    }

    /* --- by pointer: where one presses or drags is how far it goes ---------------------------- */

    #drag(event) {
        if (event.button !== 0 || event.target.closest('.module-dot')) return;
        const follow = (move) => {
            const box = this.#svg.getBoundingClientRect();
            const scale = this.#width / box.width;
            const r = Math.hypot(
                (move.clientX - box.left) * scale - this.#x,
                (move.clientY - box.top) * scale - this.#y,
            );
            const far = (r - HUB) / (this.#far - HUB);
            this.#host.reach(far >= 1 ? ALL : positionAt(Math.max(0, far)));
        };
        const stop = () => this.#svg.removeEventListener('pointermove', follow);
        follow(event);
        this.#svg.setPointerCapture(event.pointerId);
        this.#svg.addEventListener('pointermove', follow);
        this.#svg.addEventListener('pointerup', stop, { once: true });
        this.#svg.addEventListener('pointercancel', stop, { once: true });
    }
}
