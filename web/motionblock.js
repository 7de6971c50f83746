/* motionblock.js - the motion of the camera whose panel is open: who computes it, what of it is drawn over
 * the picture, and how it was in the last minute. */

import { Chart } from './chart.js';
import { h, setHidden } from './dom.js';
import { Flow } from './flow.js';
import { shown } from './shown.js';
import { Summary } from './summary.js';
import { Toggles } from './toggles.js';

export class MotionBlock {
    #motions;
    #motion;
    #flow;
    #told = false;
    #chart;
    #summary = new Summary();
    #toggles = new Toggles();
    #unlisten = shown.listen(() => this.#show());
    element;

    /**
     * Of the device `id`, whose picture is in `screen`, an element. `motions`: the Motions;
     * `changed(device)` takes the answer to a PATCH.
     */
    constructor(id, { screen, motions, changed }) {
        this.#motions = motions;
        this.#motion = motions.of(id);
        this.#flow = new Flow(changed);
        this.#chart = new Chart(this.#motion.minute);
        this.element = h(
            'section',
            { class: 'block motion', hidden: true },
            h('h3', { text: 'Motion' }),
            this.#toggles.element,
            this.#chart.element,
            this.#flow.element,
        );
        screen.append(this.#summary.element);
        this.#motion.listener = (overlay, loose) =>
            this.#summary.show(overlay, loose, this.#motion.minute.unit);
        this.#summary.show(null, false);
        for (const place of [screen, this.element])
            place.addEventListener('keydown', (event) => this.#told && this.#toggles.key(event));
        motions.look(id);
    }

    close() {
        this.#unlisten();
        this.#motion.listener = null;
        this.#motions.look(null);
        this.#chart.close();
        this.#summary.close();
        this.#toggles.close();
    }

    update(device) {
        this.#told = device.overlay === true;
        this.#flow.update(device);
        setHidden(this.element, !this.#told && this.#flow.element.hidden);
        this.#show();
    }

    #show() {
        setHidden(this.#toggles.element, !this.#told);
        setHidden(this.#chart.element, !this.#told || !shown.is('on'));
    }
}
