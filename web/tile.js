/* tile.js - one camera in the grid: its screen, and one line below that says who it is and how
 * it does. */

import { h, setText } from './dom.js';
import { moment, span, stateWords } from './format.js';
import { Screen, STALL_MS, isLive } from './screen.js';
import { TransferBar } from './transfer.js';

/** A dot in the state's colour with the state in words: never the colour alone. */
export class StateMark {
    #wordsOf;
    #words = h('span');
    element = h('span', { class: 'state' }, h('span', { class: 'dot' }), this.#words);

    constructor(wordsOf = stateWords) {
        this.#wordsOf = wordsOf;
    }

    show(state) {
        this.element.dataset.state = state;
        setText(this.#words, this.#wordsOf(state));
    }
}

/** "25 fps  40 ms old  640 × 480"; of a camera that gives none, when it was there last. */
export class Facts {
    #fps = h('span', { class: 'fps' });
    #age = h('span', { class: 'age', title: 'Age of the picture' });
    #size = h('span', { class: 'size' });
    #seen = h('span', { class: 'seen' });
    element = h('p', { class: 'facts' }, this.#fps, this.#age, this.#size, this.#seen);

    show(stats, device) {
        const gone = !isLive(device.state);
        setText(
            this.#seen,
            gone && device.last_seen ? `Last seen ${moment(device.last_seen)}` : '',
        );
        if (gone) stats = null;
        const moving = stats?.fps && !stats.still && stats.ageMs < STALL_MS;
        setText(this.#fps, moving ? `${stats.fps.toFixed(stats.fps < 9.95 ? 1 : 0)}\u00a0fps` : '');
        setText(this.#age, stats ? `${span(stats.ageMs)} old` : '');
        setText(this.#size, stats ? `${stats.width}\u00a0×\u00a0${stats.height}` : '');
    }
}

export class Tile {
    #picture;
    #device = null;
    #screen;
    #state = new StateMark();
    #facts = new Facts();
    #bar = new TransferBar({ told: false });
    #transferOf;
    #open = h('button', { class: 'tile-open', type: 'button' });

    /**
     * `picture` is the camera's Picture; `transferOf()` gives what comes in of it; `open` is called
     * when somebody wants to see the device.
     */
    constructor(picture, transferOf, open) {
        this.#picture = picture;
        this.#transferOf = transferOf;
        this.#screen = new Screen(picture);
        this.#open.addEventListener('click', open);
        this.element = h(
            'li',
            { class: 'tile' },
            this.#screen.element,
            this.#bar.element,
            h(
                'div',
                { class: 'tile-foot' },
                h('div', { class: 'tile-line' }, h('h3', {}, this.#open), this.#state.element),
                this.#facts.element,
            ),
        );
    }

    close() {
        this.#screen.close();
    }

    update(device) {
        this.#device = device;
        setText(this.#open, device.name || device.id);
        this.#open.title = device.name || device.id;
        this.element.dataset.device = device.id;
        this.element.dataset.state = device.state;
        this.#state.show(device.state);
        this.#screen.update(device);
        this.#showFacts();
    }

    tick() {
        this.#screen.tick();
        this.#bar.show(this.#transferOf());
        this.#showFacts();
    }

    #showFacts() {
        this.#facts.show(this.#picture.stats(), this.#device);
    }
}
