/* gallery.js - captures as thumbnails, newest first, with more on request. Used for all devices
 * and for one. */

import * as api from './api.js';
import { arrange, h, setHidden, setText } from './dom.js';
import { fullMoment, moment } from './format.js';
import { icon } from './icons.js';

/** A burst of capture.stored becomes one request. */
const REFRESH_AFTER_MS = 250;
/** A page that stays open for weeks while pictures come in begins anew at this many. */
const MAX_ITEMS = 600;

export const NO_CAPTURES =
    'No captures yet. The command “Capture” of a camera keeps the picture it shows.';

const NONE_SUCH = 'There is no such capture.';

export class Gallery {
    #query; /* another object for each choice, so that a late answer is known */
    #empty;
    #open;
    #nameOf;
    #items = [];
    #thumbs = new Map();
    #next = null;
    #expanded = false;
    #timer = 0;
    #list = h('ul', { class: 'thumbs' });
    #blank = h('p', { class: 'blank small', text: 'Loading…' });
    #more = h('button', { class: 'button quiet', type: 'button', hidden: true, text: 'Show more' });

    element = h(
        'div',
        { class: 'gallery' },
        this.#list,
        this.#blank,
        h('div', { class: 'more' }, this.#more),
    );

    /**
     * `query`: { device, limit }. `open(gallery, capture)` shows one; `nameOf(deviceId)` gives the
     * name that people know; `empty` is said while there are none.
     */
    constructor(query, open, nameOf, empty = NO_CAPTURES) {
        this.#query = query;
        this.#empty = empty;
        this.#open = open;
        this.#nameOf = nameOf;
        this.#more.addEventListener('click', () => this.#loadMore());
    }

    get items() {
        return this.#items;
    }

    /** Others are listed: { device, from, to }, each may be left out. */
    refine(wanted) {
        this.#query = { limit: this.#query.limit, ...wanted };
        this.#empty = Object.values(wanted).some(Boolean) ? NONE_SUCH : NO_CAPTURES;
        this.#expanded = false;
        this.refresh();
    }

    /** Loads the newest page. */
    async refresh() {
        const page = await this.#ask();
        if (!page) return;
        this.#merge(page);
        this.#show();
    }

    /* null: it could not be had, or was meanwhile asked for otherwise. */
    async #ask(cursor) {
        const query = this.#query;
        try {
            const page = await api.captures({ ...query, cursor });
            return query === this.#query ? page : null;
        } catch (problem) {
            if (query === this.#query) this.#say(problem.message);
            return null;
        }
    }

    /** Something was stored: refresh soon. */
    stale() {
        this.#timer ||= setTimeout(() => {
            this.#timer = 0;
            this.refresh();
        }, REFRESH_AFTER_MS);
    }

    close() {
        clearTimeout(this.#timer);
    }

    /** A capture was changed or deleted here; null for deleted. */
    replace(id, capture) {
        this.#items = this.#items.flatMap((item) =>
            item.id === id ? (capture ? [capture] : []) : [item],
        );
        this.#show();
    }

    /* The newest page replaces what is here, but for what was loaded after it: that stays when
     * the page's last one is found there. */
    #merge({ items, next }) {
        const last = items.at(-1)?.id;
        const at =
            next === null || !this.#expanded
                ? -1
                : this.#items.findIndex((item) => item.id === last);
        const tail = at < 0 ? [] : this.#items.slice(at + 1);
        this.#expanded = tail.length > 0 && items.length + tail.length <= MAX_ITEMS;
        this.#items = this.#expanded ? [...items, ...tail] : items;
        if (!this.#expanded) this.#next = next;
    }

    async #loadMore() {
        this.#more.disabled = true;
        const page = await this.#ask(this.#next);
        this.#more.disabled = false;
        if (!page) return;
        const known = new Set(this.#items.map((item) => item.id));
        this.#items.push(...page.items.filter((item) => !known.has(item.id)));
        this.#next = page.next;
        this.#expanded = true;
        this.#show();
    }

    #show() {
        const ids = new Set(this.#items.map((item) => item.id));
        for (const id of this.#thumbs.keys()) if (!ids.has(id)) this.#thumbs.delete(id);
        arrange(
            this.#list,
            this.#items.map((item) => this.#thumb(item)),
        );
        setHidden(this.#more, this.#next === null);
        this.#say(this.#items.length ? '' : this.#empty);
    }

    #say(text) {
        setText(this.#blank, text);
        setHidden(this.#blank, text === '');
    }

    #thumb(item) {
        if (!this.#thumbs.has(item.id)) this.#thumbs.set(item.id, this.#makeThumb(item));
        const node = this.#thumbs.get(item.id);
        setHidden(node.querySelector('.pinned'), !item.pinned);
        return node;
    }

    #makeThumb(item) {
        const image = h('img', {
            src: api.thumbUrl(item.id),
            alt: '',
            loading: 'lazy',
            decoding: 'async',
            width: 160,
            height: 120,
        });
        const name = this.#nameOf(item.device);
        image.addEventListener('error', () => (image.dataset.missing = 'true'));
        const button = h(
            'button',
            {
                type: 'button',
                class: 'thumb',
                'aria-label': `${name}, ${fullMoment(item.captured_at ?? item.received_at)}`,
            },
            image,
            h('span', { class: 'pinned', hidden: true }, icon('pin')),
            h('span', { class: 'thumb-name', text: name }),
            h('span', { class: 'thumb-time', text: moment(item.captured_at ?? item.received_at) }),
        );
        button.addEventListener('click', () => this.#open(this, item.id));
        return h('li', { data: { capture: String(item.id) } }, button);
    }
}
