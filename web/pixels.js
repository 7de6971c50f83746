/* pixels.js - a canvas with as many pixels as the screen has under it. */

/** No screen shows more, and a canvas of any size takes its memory: px of a side. */
const MAX_SIDE = 4096;

/**
 * Gives `canvas` its pixels now and when its size, the zoom or the screen is another, and calls
 * `changed(unit)` then: what it shows is gone; `unit` are its pixels in one CSS px. Returns what ends it.
 */
export function keepFine(canvas, changed) {
    const sizes = new ResizeObserver((entries) => {
        const { width, height } = entries.at(-1).contentRect;
        if (width === 0 || height === 0) return; /* it is not shown */
        const unit = Math.min(devicePixelRatio, MAX_SIDE / width, MAX_SIDE / height);
        canvas.width = Math.round(width * unit);
        canvas.height = Math.round(height * unit);
        changed(unit);
    });
    try {
        sizes.observe(canvas, { box: 'device-pixel-content-box' }); /* another zoom, too */
    } catch {
        sizes.observe(canvas); /* not every browser counts them */
    }
    return () => sizes.disconnect();
}
