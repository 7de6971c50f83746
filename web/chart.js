/* chart.js - intensity and speed of the last minute as two lines, and the same in words. */

import { h, setText } from './dom.js';
import { SPAN_MS, STEP_MS } from './minute.js';
import { keepFine } from './pixels.js';
import { speedWords } from './summary.js';

/** Who wants less motion sees it move once a second. */
const CALM_MS = 1000;
/** What a screen reader finds is renewed so often: who listens is not interrupted. */
const SAID_MS = 5000;
/** Longer nothing was told: the line is broken. */
const GAP_MS = 2500;
const MOST = 255;
/* What its axis may end at: most motion is of little of the picture. */
const INTENSITIES = [32, 64, 128, MOST];
/* CSS px around the lines, for what is written on the axes. */
const EDGE = { left: 30, right: 54, top: 8, bottom: 18 };
const DASH = [5, 3];

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** 1, 2 or 5 times a power of ten that is not below `v`, 10 at least: axes do not jump about. */
export function niceMost(v) {
    const power = 10 ** Math.floor(Math.log10(Math.max(v, 10)));
    return power * ([1, 2, 5].find((n) => n * power >= v) ?? 10);
}

export class Chart {
    #minute;
    #timer = 0;
    #drawnMs = 0;
    #saidMs = -Infinity;
    #scale = 1;
    #canvas = h('canvas', { class: 'chart', role: 'img', width: 1, height: 1 });
    #intensity = h('span');
    #speed = h('span');
    #stop;

    element = h(
        'figure',
        { class: 'motion-chart' },
        h(
            'figcaption',
            {},
            h('span', { class: 'line-intensity' }, 'Intensity ', this.#intensity),
            h('span', { class: 'line-speed' }, 'Speed ', this.#speed),
        ),
        this.#canvas,
    );

    /** `minute`: the Minute that is shown. */
    constructor(minute) {
        this.#minute = minute;
        this.#stop = keepFine(this.#canvas, (unit) => {
            this.#scale = unit;
            this.#drawAll(performance.now());
        });
        this.#timer = setInterval(() => this.#tick(), STEP_MS);
    }

    close() {
        clearInterval(this.#timer);
        this.#stop();
    }

    #tick() {
        const now = performance.now();
        if (document.hidden || !this.element.offsetParent) return;
        if (now - this.#drawnMs < (calm.matches ? CALM_MS : STEP_MS * 0.9)) return;
        this.#drawAll(now);
    }

    #drawAll(now) {
        this.#drawnMs = now;
        const latest = this.#minute.latest(now);
        setText(this.#intensity, latest ? String(latest.intensity) : '–');
        setText(this.#speed, latest ? speedWords(latest.speed, this.#minute.unit) : '–');
        const highest = this.#minute.highest(now);
        if (now - this.#saidMs >= SAID_MS) this.#say(now, latest, highest);
        this.#draw(now, {
            intensity: INTENSITIES.find((most) => most >= (highest?.intensity ?? 0)),
            speed: niceMost(highest?.speed ?? 0),
        });
    }

    #say(now, latest, highest) {
        this.#saidMs = highest ? now : -Infinity;
        const { unit } = this.#minute;
        this.#canvas.setAttribute(
            'aria-label',
            highest
                ? `Intensity and speed of the last minute. Intensity: ${latest ? `${latest.intensity} now, ` : ''}${highest.intensity} at most, of ${MOST}. ` +
                      `Speed: ${latest ? `${speedWords(latest.speed, unit)} now, ` : ''}${speedWords(highest.speed, unit)} at most.`
                : 'Intensity and speed of the last minute: nothing was told yet.',
        );
    }

    #draw(now, most) {
        const canvas = this.#canvas;
        const g = canvas.getContext('2d');
        const width = canvas.width / this.#scale;
        const height = canvas.height / this.#scale;
        const style = getComputedStyle(canvas);
        const colour = (name) => style.getPropertyValue(name);
        g.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
        g.clearRect(0, 0, width, height);
        const at = {
            right: width - EDGE.right,
            wide: width - EDGE.left - EDGE.right,
            bottom: height - EDGE.bottom,
            high: height - EDGE.top - EDGE.bottom,
        };
        g.font = `11px ${style.fontFamily}`;
        drawAxes(g, at, most, this.#minute.unit, colour);
        g.lineWidth = 1.75;
        g.lineJoin = 'round';
        g.strokeStyle = colour('--line-intensity');
        drawLine(g, at, this.#minute, now, (intensity) => intensity / most.intensity);
        g.strokeStyle = colour('--line-speed');
        g.setLineDash(DASH);
        drawLine(g, at, this.#minute, now, (_, speed) => speed / most.speed);
        g.setLineDash([]);
    }
}

function drawAxes(g, { right, wide, bottom, high }, most, unit, colour) {
    g.beginPath();
    for (const part of [0, 0.5, 1]) {
        g.moveTo(EDGE.left, Math.round(bottom - part * high) + 0.5);
        g.lineTo(right, Math.round(bottom - part * high) + 0.5);
    }
    g.strokeStyle = colour('--line');
    g.lineWidth = 1;
    g.stroke();
    g.textBaseline = 'middle';
    for (const part of [0, 0.5, 1]) {
        g.fillStyle = colour('--line-intensity');
        g.textAlign = 'right';
        g.fillText(String(Math.round(part * most.intensity)), EDGE.left - 5, bottom - part * high);
        g.fillStyle = colour('--line-speed');
        g.textAlign = 'left';
        g.fillText(String(part * most.speed), right + 5, bottom - part * high);
    }
    g.fillStyle = colour('--soft');
    g.textBaseline = 'bottom';
    const foot = bottom + EDGE.bottom;
    g.fillText('1 min ago', EDGE.left, foot);
    g.textAlign = 'center';
    g.fillText('30 s', right - wide / 2, foot);
    g.textAlign = 'right';
    g.fillText('now', right, foot);
    g.fillStyle = colour('--line-speed');
    g.textAlign = 'left';
    g.fillText(unit, right + 5, foot);
}

function drawLine(g, { right, wide, bottom, high }, minute, now, part) {
    let before = Infinity;
    g.beginPath();
    minute.each(now, (ageMs, intensity, speed) => {
        const x = right - (Math.min(ageMs, SPAN_MS) / SPAN_MS) * wide;
        const y = bottom - part(intensity, speed) * high;
        if (before - ageMs > GAP_MS) g.moveTo(x, y);
        else g.lineTo(x, y);
        before = ageMs;
    });
    g.stroke();
}
