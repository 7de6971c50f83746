/* websocket-server.mjs - just enough of RFC 6455 for one browser on the same machine: no
 * extensions, no fragments. */

import { createHash } from 'node:crypto';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 1,
    BINARY = 2,
    CLOSE = 8,
    PING = 9,
    PONG = 10;

export class Peer {
    #socket;
    #buffer = Buffer.alloc(0);

    /** Called with each text message; and once when the connection is over. */
    onMessage = () => {};
    onClose = () => {};

    /** Answers the upgrade request. */
    constructor(request, socket) {
        this.#socket = socket;
        const accept = createHash('sha1')
            .update(request.headers['sec-websocket-key'] + GUID)
            .digest('base64');
        socket.write(
            `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
        );
        socket.setNoDelay(true);
        socket.on('data', (data) => this.#read(data));
        socket.on('close', () => this.onClose());
        socket.on('error', () => socket.destroy());
    }

    sendJson(message) {
        this.#send(TEXT, Buffer.from(JSON.stringify(message)));
    }

    sendText(text) {
        this.#send(TEXT, Buffer.from(text));
    }

    sendBinary(buffer) {
        this.#send(BINARY, buffer);
    }

    close(code, reason = '') {
        const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
        payload.writeUInt16BE(code);
        payload.write(reason, 2);
        this.#send(CLOSE, payload);
        this.#socket.end();
    }

    destroy() {
        this.#socket.destroy();
    }

    #send(opcode, payload) {
        if (this.#socket.destroyed || !this.#socket.writable) return;
        const n = payload.length;
        const head = Buffer.alloc(n < 126 ? 2 : n < 65536 ? 4 : 10);
        head[0] = 0x80 | opcode;
        head[1] = n < 126 ? n : n < 65536 ? 126 : 127;
        if (head.length === 4) head.writeUInt16BE(n, 2);
        else if (head.length === 10) head.writeBigUInt64BE(BigInt(n), 2);
        this.#socket.write(Buffer.concat([head, payload]));
    }

    #read(data) {
        this.#buffer = Buffer.concat([this.#buffer, data]);
        for (let message = this.#next(); message; message = this.#next()) {
            if (message.opcode === TEXT) this.onMessage(message.payload.toString());
            else if (message.opcode === PING) this.#send(PONG, message.payload);
            else if (message.opcode === CLOSE) this.#socket.end();
        }
    }

    /* One whole masked message out of the buffer, or null. Browsers' control messages are short:
     * no 64-bit length. */
    #next() {
        const b = this.#buffer;
        if (b.length < 6) return null;
        const short = b[1] & 0x7f;
        const start = short < 126 ? 2 : 4;
        const n = short < 126 ? short : b.readUInt16BE(2);
        if (b.length < start + 4 + n) return null;
        const mask = b.subarray(start, start + 4);
        const payload = Buffer.from(b.subarray(start + 4, start + 4 + n)).map(
            (byte, i) => byte ^ mask[i % 4],
        );
        this.#buffer = b.subarray(start + 4 + n);
        return { opcode: b[0] & 0x0f, payload };
    }
}
