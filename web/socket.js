/* socket.js - the one WebSocket: says hello, subscribes, stays alive, comes back by itself.
 *
 * Phases: "connecting" → "live" → (lost) "waiting" → "connecting" …, or "refused" when the
 * gateway said that trying again is pointless. A connection counts as live when the subscription
 * was confirmed. Every connection is an object of its own: what a late callback of an old one
 * wants is ignored. */

import { ServerClock } from './clock.js';
import { KIND_JPEG, KIND_OVERLAY, parseFrame } from './frame.js';

const BACKOFF_FIRST_MS = 500;
const BACKOFF_LAST_MS = 15000;
/** From dialling to a confirmed subscription. */
const OPEN_LIMIT_MS = 10000;
/**
 * Also how long the other end may be silent after a ping before it counts as gone, whatever the
 * socket says.
 */
const PING_EVERY_MS = 10000;
/** Names in one list, as the gateway takes them; a page with more in sight asks for all. */
const MAX_NAMES = 64;
/** Faster than any screen here shows; the gateway sends no more than the camera makes. */
const MAX_FPS = 30;

const CLOSED = {
    4401: { words: 'Signing in is needed to see this gateway.', final: true },
    4403: {
        words: 'This page may not use the gateway: it was opened under a name that is not allowed.',
        final: true,
    },
    4408: { words: 'The connection was too slow and the gateway gave it up.' },
};

export class Socket {
    clock = new ServerClock();

    #url;
    #on;
    #ws = null;
    #phase = 'connecting';
    #frames = [];
    #overlays = [];
    #failures = 0;
    #retryTimer = 0;
    #openTimer = 0;
    #pingTimer = 0;
    #nextId = 1;
    #subscribeId = 0;
    #pings = new Map();
    #heard = false;

    /**
     * `on`: { state({phase, words, retryInMs}), live(), channels({id: number}),
     * frame(frame, ack), overlay(message), event(event) }
     */
    constructor(url, on) {
        this.#url = url;
        this.#on = on;
    }

    connect() {
        this.#drop();
        this.#tell('connecting');
        const ws = new WebSocket(this.#url);
        this.#ws = ws;
        ws.binaryType = 'arraybuffer';
        ws.onmessage = (message) => this.#ws === ws && this.#receive(ws, message.data);
        ws.onclose = (event) => this.#ws === ws && this.#lost(event.code, event.reason);
        this.#openTimer = setTimeout(() => this.#lost(0, ''), OPEN_LIMIT_MS);
    }

    get live() {
        return this.#phase === 'live';
    }

    /** Try now, if it is waiting: somebody pressed the button, or the network is back. */
    wake() {
        if (this.#phase === 'waiting' || this.#phase === 'refused') this.connect();
    }

    /** The devices whose pictures are wanted, by id; events of all always are. */
    wantFrames(ids) {
        this.#frames = ids;
        this.#subscribe();
    }

    /** The same for the motion in the pictures (overlay.js); comes only with pictures. */
    wantOverlays(ids) {
        this.#overlays = ids;
        this.#subscribe();
    }

    #drop() {
        clearTimeout(this.#retryTimer);
        clearTimeout(this.#openTimer);
        clearInterval(this.#pingTimer);
        const ws = this.#ws;
        this.#ws = null;
        this.#pings.clear();
        ws?.close();
    }

    #lost(code, reason) {
        this.#drop();
        const known = CLOSED[code];
        const why =
            known?.words ??
            (reason ||
                (this.#phase === 'live'
                    ? 'The connection was lost.'
                    : 'The gateway does not answer.'));
        if (known?.final) {
            this.#tell('refused', why);
            return;
        }
        const wait = this.#backoff();
        this.#retryTimer = setTimeout(() => this.connect(), wait);
        this.#tell('waiting', why, wait);
    }

    /* Doubling, with jitter over the upper half: after a restart of the gateway its browsers do
     * not come back in one moment. */
    #backoff() {
        const full = Math.min(BACKOFF_LAST_MS, BACKOFF_FIRST_MS * 2 ** this.#failures);
        this.#failures += 1;
        return full / 2 + (Math.random() * full) / 2;
    }

    #tell(phase, words = '', retryInMs = 0) {
        this.#phase = phase;
        this.#on.state({ phase, words, retryInMs });
    }

    #send(message) {
        if (this.#ws?.readyState === WebSocket.OPEN) this.#ws.send(JSON.stringify(message));
    }

    #receive(ws, data) {
        this.#heard = true;
        if (typeof data === 'string') this.#control(data);
        else this.#binary(ws, data);
    }

    #control(text) {
        const message = parseJson(text);
        if (message === null) this.#lost(0, 'The gateway said something that is not understood.');
        else if (message.type === 'hello') this.#hello(message);
        else if (message.type === 'event') this.#on.event(message.event);
        else if (message.type === 'pong') this.#pong(message);
        else if (message.type === 'result' && message.id === this.#subscribeId)
            this.#subscribed(message);
    }

    #binary(ws, buffer) {
        const frame = parseFrame(buffer);
        if (frame?.kind === KIND_OVERLAY) this.#on.overlay(frame);
        if (frame?.kind !== KIND_JPEG) return;
        this.#on.frame(frame, () => {
            if (this.#ws === ws)
                this.#send({ type: 'ack', channel: frame.channel, seq: frame.seq });
        });
    }

    #hello({ time }) {
        this.clock.restart(time);
        this.#subscribe();
        this.#ping();
        this.#pingTimer = setInterval(() => this.#ping(), PING_EVERY_MS);
    }

    #subscribe() {
        this.#subscribeId = this.#nextId++;
        this.#send({
            id: this.#subscribeId,
            type: 'subscribe',
            devices: ['*'],
            frames: listed(this.#frames),
            overlays: listed(this.#overlays),
            events: ['*'],
            max_fps: MAX_FPS,
        });
    }

    #subscribed({ success, result, error }) {
        if (!success) {
            this.#lost(0, error?.message ?? 'The gateway refused the subscription.');
            return;
        }
        clearTimeout(this.#openTimer);
        this.#failures = 0;
        this.#on.channels(result?.channels ?? {});
        if (this.#phase === 'live') return;
        this.#tell('live');
        this.#on.live();
    }

    /* Nothing since the last ping, not even its pong: lost. Measured from ping to ping and not
     * by the clock, since a page in the background has its timers held back. */
    #ping() {
        if (!this.#heard) {
            this.#lost(0, 'The gateway fell silent.');
            return;
        }
        this.#heard = false;
        const id = this.#nextId++;
        this.#pings.set(id, performance.now());
        this.#send({ id, type: 'ping' });
    }

    #pong({ id, time }) {
        const sentAt = this.#pings.get(id);
        this.#pings.delete(id);
        if (sentAt !== undefined) this.clock.sample(time, sentAt);
    }
}

const listed = (ids) => (ids.length <= MAX_NAMES ? ids : true);

function parseJson(text) {
    try {
        return JSON.parse(text);
    } catch {
        return null;
    }
}
