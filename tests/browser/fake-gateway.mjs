/* fake-gateway.mjs - a gateway for the page's tests: the files of the page, the WebSocket, and
 * devices that do as they are told. The REST half is fake-rest.mjs. */

import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { here } from './deps.mjs';
import { answerRest, Refusal } from './fake-rest.mjs';
import { captureRow, loadFrames } from './fixtures.mjs';
import { Peer } from './websocket-server.mjs';

const WEB = path.join(here, '..', '..', 'web');

/** The gateway's own policy, to the letter: the page is tested under it. */
export const CSP =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self'; " +
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES = {
    '.html': 'text/html; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.svg': 'image/svg+xml',
    '.webmanifest': 'application/manifest+json',
};

const now = () => new Date().toISOString();

export class FakeGateway {
    /** What was asked over REST: { method, path, query, body }. */
    requests = [];
    refusals = [];
    peers = new Set();
    events = [];
    captures = [];
    found = [];
    bluetooth = { ready: true, why: null, adapters: [] };
    mdns = { ready: true, why: null, services: 0 };
    plugins = [{ name: 'demo', file: 'demo.so', version: '0.1.0', state: 'loaded', why: null }];
    /**
     * device id → { frames, fps, night, still, skewMs }: what its camera sends; absent: nothing.
     */
    streams = new Map();
    /** command name → function(args) → result, or a thrown refusal. */
    commands = {};
    /** A device was switched on or off by PATCH. */
    switched = () => {};
    /** device id → function(seq, peers): called after each picture with those that were sent it. */
    afterPicture = new Map();
    /** Connections that were asked for so far. */
    upgrades = 0;
    /** A code: every new connection is closed with it at once. */
    closeWith = null;
    /** A promise: subscriptions are confirmed after it. */
    confirming = null;
    /** How far the gateway's clock is ahead of this machine's. */
    clockAheadMs = 0;

    #server = null;
    #timers = new Map();
    #seq = 0;
    #eventId = 0;
    /* Channel → the newest message: what a new viewer sees first. */
    #newest = new Map();
    frames = { day: loadFrames('day'), night: loadFrames('night') };

    constructor(devices = []) {
        this.devices = new Map(devices.map((device) => [device.id, device]));
    }

    /* --- the life of the process -------------------------------------------------------------- */

    /** Starts, as a new boot; a stopped one comes back on the same port. */
    async start(port = this.port ?? 0) {
        this.bootId = randomUUID();
        this.#newest.clear();
        this.#server = http.createServer((request, response) => this.#answer(request, response));
        this.#server.on('upgrade', (request, socket) => this.#upgrade(request, socket));
        await new Promise((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
        this.port = this.#server.address().port;
        this.url = `http://127.0.0.1:${this.port}/`;
        for (const id of [...this.streams.keys()]) this.stream(id, this.streams.get(id));
        return this.url;
    }

    async stop() {
        this.#timers.forEach(clearInterval);
        this.#timers.clear();
        this.peers.forEach((peer) => peer.destroy());
        this.peers.clear();
        this.#server.closeAllConnections();
        await new Promise((resolve) => this.#server.close(resolve));
    }

    /* --- what tests make happen --------------------------------------------------------------- */

    /** The next requests that match are refused with this problem. */
    refuse(method, pattern, status, title, detail) {
        this.refusals.push({ method, pattern, refusal: new Refusal(status, title, detail) });
    }

    allowAll() {
        this.refusals = [];
    }

    emit(type, device, data = {}) {
        this.#eventId += 1;
        const event = { id: this.#eventId, time: now(), device, type, data };
        this.events.unshift(event);
        this.peers.forEach(
            (peer) => peer.subscription?.events && peer.sendJson({ type: 'event', event }),
        );
    }

    /** So much of a picture has come from a device that hands it over slowly. */
    progress(id, bytes, size, { picture = 1, of = 1 } = {}) {
        this.emit('transfer.progress', id, { picture, of, bytes, size });
    }

    /** A device is new or has changed; the page hears of it by the event. */
    put(device, type = 'device.added') {
        this.devices.set(device.id, device);
        this.emit(type, device.id, device.channel ? { channel: device.channel } : {});
    }

    change(id, change, type) {
        this.put({ ...this.devices.get(id), ...change }, type);
    }

    remove(id) {
        this.devices.delete(id);
        this.emit('device.removed', id);
    }

    /**
     * Begins (or changes) the pictures of a camera: { name: 'day' | 'night', fps, night, still }.
     */
    stream(id, { name = 'day', fps = 25, night = name === 'night', still = false } = {}) {
        this.silence(id);
        this.streams.set(id, { name, fps, night, still });
        const loop = this.frames[name];
        let i = 0;
        const send = () => this.#broadcast(id, loop[i++ % loop.length], { night, still });
        this.#timers.set(id, setInterval(send, 1000 / fps));
        send();
    }

    silence(id) {
        clearInterval(this.#timers.get(id));
        this.#timers.delete(id);
        this.streams.delete(id);
    }

    /** One message of any content to everybody who wants pictures. */
    sendFrame(id, jpeg, flags = {}) {
        this.#broadcast(id, jpeg, flags);
    }

    /** What a scan sees comes, or is seen anew; null: it is gone. The page hears of it. */
    see(id, item) {
        this.found = this.found.filter((other) => other.id !== id);
        if (item) this.found.push({ id, bus: 'ble', properties: [], ...item });
        this.emit(item ? 'device.found' : 'found.removed', null, { id });
    }

    store(deviceId, more = {}) {
        const row = captureRow((this.captures[0]?.id ?? 0) + 1, deviceId, Date.now(), more);
        this.captures.unshift(row);
        this.emit('capture.stored', deviceId, { id: row.id, width: row.width, height: row.height });
        return row;
    }

    /* --- WebSocket ---------------------------------------------------------------------------- */

    #upgrade(request, socket) {
        this.upgrades += 1;
        if (request.url !== '/api/v1/ws') {
            socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
            return;
        }
        const peer = new Peer(request, socket);
        Object.assign(peer, {
            subscription: null,
            inFlight: new Map(),
            acks: false,
            sent: 0,
            overlays: 0,
            subscriptions: 0,
        });
        peer.onMessage = (text) => this.#control(peer, JSON.parse(text));
        peer.onClose = () => this.peers.delete(peer);
        this.peers.add(peer);
        if (this.closeWith) {
            peer.close(this.closeWith);
            return;
        }
        peer.sendJson({
            type: 'hello',
            version: '0.1.0',
            boot_id: this.bootId,
            time: this.#time(),
        });
    }

    #time() {
        return new Date(Date.now() + this.clockAheadMs).toISOString();
    }

    #control(peer, message) {
        const channels = Object.fromEntries(
            [...this.devices.values()].filter((d) => d.channel).map((d) => [d.id, d.channel]),
        );
        if (message.type === 'subscribe') {
            /* As the gateway: what both subscriptions want goes on, the rest starts over. */
            for (const channel of peer.inFlight.keys())
                if (!this.#wants({ subscription: message }, channel)) peer.inFlight.delete(channel);
            const had = peer.subscription;
            peer.subscription = message;
            peer.subscriptions += 1;
            const confirm = () =>
                peer.sendJson({
                    id: message.id,
                    type: 'result',
                    success: true,
                    result: { channels },
                });
            if (this.confirming) this.confirming.then(confirm);
            else confirm();
            this.#newest.forEach((frame, channel) => {
                if (!this.#wants({ subscription: had }, channel))
                    this.#deliver(peer, channel, frame);
            });
        } else if (message.type === 'unsubscribe') {
            peer.subscription = null;
            peer.sendJson({ id: message.id, type: 'result', success: true, result: null });
        } else if (message.type === 'ping') {
            peer.sendJson({ id: message.id, type: 'pong', time: this.#time() });
        } else if (message.type === 'ack') {
            peer.acks = true;
            const waiting = peer.inFlight.get(message.channel) ?? [];
            peer.inFlight.set(
                message.channel,
                waiting.filter((seq) => seq > message.seq),
            );
        } else {
            peer.sendJson({
                id: message.id,
                type: 'result',
                success: false,
                error: { code: 'unknown_type', message: `“${message.type}” is not known.` },
            });
        }
    }

    #broadcast(id, jpeg, flags) {
        const channel = this.devices.get(id)?.channel;
        if (!channel) return;
        this.#seq += 1;
        const message = this.#frameMessage(channel, this.#seq, jpeg, flags);
        this.#newest.set(channel, message);
        const peers = [...this.peers].filter((peer) => this.#deliver(peer, channel, message));
        this.afterPicture.get(id)?.(this.#seq, peers);
    }

    /** An overlay (overlays.mjs) for the picture `seq`, to those of `peers` that want it. */
    sendOverlay(id, seq, body, peers, { loose = false } = {}) {
        const channel = this.devices.get(id)?.channel;
        if (!channel) return;
        const message = this.#message(2, channel, seq, body, loose ? 4 : 0);
        for (const peer of peers)
            if (this.#wants(peer, channel, 'overlays')) {
                peer.overlays += 1;
                peer.sendBinary(message);
            }
    }

    /* `frames` and `overlays` are true, false or a list of names. */
    #wants({ subscription }, channel, what = 'frames') {
        const wanted = subscription?.[what] ?? false;
        if (!Array.isArray(wanted)) return wanted;
        return wanted.some((id) => this.devices.get(id)?.channel === channel);
    }

    /* As the gateway: once a viewer acknowledges, at most two frames per camera are on the way
     * to it. Whether it was sent. */
    #deliver(peer, channel, message) {
        if (!this.#wants(peer, channel)) return false;
        const waiting = peer.inFlight.get(channel) ?? [];
        if (peer.acks && waiting.length >= 2) return false;
        peer.inFlight.set(channel, [...waiting, message.readUInt32LE(4)]);
        peer.sent += 1;
        peer.sendBinary(message);
        return true;
    }

    #frameMessage(channel, seq, jpeg, { night = false, still = false, ...times }) {
        return this.#message(1, channel, seq, jpeg, (night ? 1 : 0) | (still ? 2 : 0), times);
    }

    #message(
        kind,
        channel,
        seq,
        body,
        flags,
        { capturedMs = 0, receivedMs = Date.now() + this.clockAheadMs } = {},
    ) {
        const head = Buffer.alloc(32);
        head[0] = 1;
        head[1] = kind;
        head.writeUInt16LE(channel, 2);
        head.writeUInt32LE(seq, 4);
        head.writeBigInt64LE(BigInt(capturedMs) * 1000n, 8);
        head.writeBigInt64LE(BigInt(receivedMs) * 1000n, 16);
        head.writeUInt32LE(body.length, 24);
        head.writeUInt32LE(flags, 28);
        return Buffer.concat([head, body]);
    }

    /* --- HTTP --------------------------------------------------------------------------------- */

    async #answer(request, response) {
        const url = new URL(request.url, this.url);
        try {
            if (!url.pathname.startsWith('/api/v1/')) this.#file(url.pathname, response);
            else await answerRest(this, request, url, response);
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            response.writeHead(error.status, { 'content-type': 'application/problem+json' });
            response.end(
                JSON.stringify({
                    type: 'about:blank',
                    title: error.title,
                    status: error.status,
                    detail: error.message,
                }),
            );
        }
    }

    #file(pathname, response) {
        const file = path.join(WEB, pathname === '/' ? 'index.html' : path.basename(pathname));
        const type = TYPES[path.extname(file)];
        if (!type || !fs.existsSync(file))
            throw new Refusal(404, 'Not found', `There is no ${pathname} here.`);
        response.writeHead(200, {
            'content-type': type,
            'content-security-policy': CSP,
            'x-content-type-options': 'nosniff',
            'cache-control': 'no-cache',
        });
        response.end(fs.readFileSync(file));
    }
}
