/* summary.js - an overlay in words, on the picture: where to, how fast, how much, how sure; the gesture that
 * it was; and whether it is of the picture that is shown. */

import { h, setHidden, setText, svg } from './dom.js';
import { value, words } from './format.js';
import { shown } from './shown.js';

/** A gesture stays so long, however short it was. */
const GESTURE_MS = 700;
/** Overlays that are sometimes in step are not: so long after one that was loose it is said. */
const LOOSE_SAID_MS = 1500;
const UP = 'M12 20V5M6 11l6-6.5l6 6.5';

/** "41 px/s"; of a camera that does not tell times "4.1 px/frame". */
export const speedWords = (speed, unit) =>
    value(speed < 9.95 ? Number(speed.toFixed(1)) : Math.round(speed), unit);

export class Summary {
    #gesture = ''; /* that is shown */
    #before = ''; /* that of the last overlay: who makes one holds it for a while, too */
    #looseMs = -Infinity;
    #timer = 0;
    #arrow = svg(
        'svg',
        { viewBox: '0 0 24 24', class: 'icon motion-arrow', 'aria-hidden': 'true' },
        svg('path', { d: UP }),
    );
    #direction = h('strong');
    #speed = h('span');
    #intensity = h('span', { class: 'motion-more' });
    #confidence = h('span');
    #blocks = h('span', { class: 'motion-more' });
    #line = h(
        'p',
        { class: 'motion-line' },
        this.#arrow,
        this.#direction,
        this.#speed,
        this.#intensity,
        this.#confidence,
        this.#blocks,
    );
    #loose = h('span', {
        class: 'badge',
        text: 'Motion not in step with the picture',
        hidden: true,
    });
    #badge = h('span', { class: 'badge gesture' });

    element = h(
        'div',
        { class: 'motion-summary' },
        h('div', { class: 'motion-badges', role: 'status' }, this.#loose, this.#badge),
        this.#line,
    );

    close() {
        clearTimeout(this.#timer);
    }

    /** null: nothing is over the picture. `unit`: of speeds, as a Minute has it. */
    show(overlay, loose, unit) {
        const told = shown.is('summary');
        setHidden(this.#line, !overlay || !told);
        setHidden(this.#badge, !this.#gesture || !told);
        if (loose) this.#looseMs = performance.now();
        setHidden(this.#loose, !overlay || performance.now() - this.#looseMs > LOOSE_SAID_MS);
        if (!overlay) return;
        this.#tell(overlay, unit);
        if (overlay.gesture && overlay.gesture !== this.#before) this.#begin(overlay.gesture);
        this.#before = overlay.gesture;
    }

    #tell({ active, direction, speed, speedPerS, intensity, confidence, activeBlocks }, unit) {
        this.#arrow.dataset.direction = active ? direction : '';
        setText(this.#direction, active ? words(direction || 'no direction') : 'Still');
        setText(this.#speed, speedWords(unit === 'px/s' ? speedPerS : speed, unit));
        setText(this.#intensity, `intensity ${intensity}`);
        setText(this.#confidence, `${confidence}\u00a0% sure`);
        setText(this.#blocks, `${activeBlocks} ${activeBlocks === 1 ? 'block' : 'blocks'}`);
    }

    #begin(gesture) {
        this.#gesture = gesture;
        setText(this.#badge, words(gesture));
        setHidden(this.#badge, !shown.is('summary'));
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => {
            this.#gesture = '';
            setText(this.#badge, '');
            setHidden(this.#badge, true);
        }, GESTURE_MS);
    }
}
