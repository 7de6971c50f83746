/* icons.js - the line icons, as paths on a 24 × 24 grid, drawn in the colour of the text around
 * them. */

import { svg } from './dom.js';

const PATHS = {
    auto: 'M4 5h16v11H4zM9 20h6M12 16v4',
    sun: 'M12 8a4 4 0 1 0 0 8a4 4 0 0 0 0-8M12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
    moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5',
    close: 'M6 6l12 12M18 6L6 18',
    camera: 'M4 8.5a2 2 0 0 1 2-2h1.8l1.7-2.5h5l1.7 2.5H18a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM12 9.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7',
    box: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5l8-4.5M12 12v9',
    hub: 'M12 10.5a1.5 1.5 0 1 0 0 3a1.5 1.5 0 0 0 0-3M8.5 8.5a5 5 0 0 0 0 7M15.5 8.5a5 5 0 0 1 0 7M5.6 5.6a9 9 0 0 0 0 12.8M18.4 5.6a9 9 0 0 1 0 12.8',
    unplugged:
        'M3 3l18 18M9 3v4M15 3v4M7.5 7.5H18v3a6 6 0 0 1-1.5 4M14 16.5V21h-4v-4.5A6 6 0 0 1 6 10.5V8',
    alert: 'M12 4L2.8 19.5h18.4zM12 10v4.5M12 17v.2',
    off: 'M12 3v8M6.5 6.5a8 8 0 1 0 11 0',
    still: 'M5 4h14v16H5zM8 15l3-3.5l2.2 2.5l1.3-1.5L17 15.5',
    clock: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M12 7.5V12l3 2',
    download: 'M12 4v11M7.5 10.5L12 15l4.5-4.5M5 19.5h14',
    trash: 'M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 10.5v6M13.5 10.5v6',
    pin: 'M9 4h6l-.8 6l3.3 3.5H6.5L9.8 10zM12 13.5V20',
    left: 'M14.5 5.5L8 12l6.5 6.5',
    right: 'M9.5 5.5L16 12l-6.5 6.5',
    plus: 'M12 5v14M5 12h14',
    down: 'M5.5 9.5L12 16l6.5-6.5',
};

/** An icon beside words or on a labelled button: hidden from screen readers. */
export const icon = (name) => drawn(PATHS[name]);

/** The same of a path that only one part of the page needs. */
export function drawn(path) {
    return svg(
        'svg',
        { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' },
        svg('path', { d: path }),
    );
}
