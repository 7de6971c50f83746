/* fullscreen.js - a button that lets the picture have the whole screen, and gives it back. */

import { h } from './dom.js';
import { drawn } from './icons.js';

const LARGER = 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5';
const SMALLER = 'M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5';

/** Puts the button onto `screen`, the element of a Screen. */
export function addFullscreen(screen) {
    const button = h('button', { class: 'whole', type: 'button' });
    /* A phone that has it for films only is given the whole window. */
    const whole = () => document.fullscreenElement === screen || screen.dataset.whole === 'true';
    const show = () => {
        button.replaceChildren(drawn(whole() ? SMALLER : LARGER));
        button.setAttribute('aria-label', whole() ? 'Leave the full screen' : 'Full screen');
        button.title = button.getAttribute('aria-label');
    };
    const fill = () => {
        screen.dataset.whole = !whole();
        show();
    };
    button.addEventListener('click', () => {
        if (document.fullscreenElement) document.exitFullscreen();
        else if (!document.fullscreenEnabled || whole()) fill();
        else screen.requestFullscreen().catch(fill);
    });
    screen.addEventListener('fullscreenchange', show);
    show();
    screen.append(button);
}
