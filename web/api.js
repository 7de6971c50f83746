/* api.js - the REST interface: addresses, and requests that fail with a sentence. */

const BASE = new URL('api/v1/', document.baseURI);

/** Longest wait for an answer that has no time limit of its own. */
const TIMEOUT_MS = 15000;

/**
 * What went wrong, as a sentence in `message`. `status` is the HTTP status, 0 when there was no
 * answer at all.
 */
export class Problem extends Error {
    constructor(status, message) {
        super(message);
        this.status = status;
    }
}

function address(path, query = {}) {
    const url = new URL(path, BASE);
    for (const [key, value] of Object.entries(query))
        if (value !== null && value !== undefined && value !== '') url.searchParams.set(key, value);
    return url;
}

/* application/problem+json (RFC 9457), or whatever a proxy in between made of it. */
async function problemOf(response) {
    const type = response.headers.get('content-type') ?? '';
    const body = type.includes('json') ? await response.json().catch(() => null) : null;
    const sentence = body?.detail || body?.title;
    return new Problem(
        response.status,
        sentence || `The gateway answered ${response.status} ${response.statusText}.`,
    );
}

async function request(method, url, body, timeoutMs = TIMEOUT_MS) {
    const init = {
        method,
        headers: { accept: 'application/json' },
        signal: AbortSignal.timeout(timeoutMs),
    };
    if (method !== 'GET') init.headers['content-type'] = 'application/json';
    if (body !== undefined) init.body = JSON.stringify(body);
    try {
        const response = await fetch(url, init);
        if (!response.ok) throw await problemOf(response);
        return response.status === 204 ? null : await response.json();
    } catch (error) {
        throw asProblem(error, timeoutMs);
    }
}

function asProblem(error, timeoutMs) {
    if (error instanceof Problem) return error;
    if (error.name === 'TimeoutError')
        return new Problem(0, `No answer within ${Math.round(timeoutMs / 1000)} s.`);
    if (error instanceof SyntaxError)
        return new Problem(0, 'The answer is not JSON: is something else in front of the gateway?');
    return new Problem(0, 'The gateway cannot be reached.');
}

const name = encodeURIComponent;

export const info = () => request('GET', address('info'));
export const plugins = () => request('GET', address('plugins'));
export const found = () => request('GET', address('found'));
export const adopt = (id, wanted) => request('POST', address(`found/${name(id)}/adopt`), wanted);

export const devices = (cursor) => request('GET', address('devices', { cursor }));
export const device = (id) => request('GET', address(`devices/${name(id)}`));
export const addDevice = (wanted) => request('POST', address('devices'), wanted);
export const removeDevice = (id) => request('DELETE', address(`devices/${name(id)}`));
export const changeDevice = (id, change) =>
    request('PATCH', address(`devices/${name(id)}`), change);

/**
 * Runs a command. `timeoutMs` is the command's own limit; the gateway answers 504 then, we wait a
 * little longer.
 */
export const runCommand = (id, command, args, timeoutMs) =>
    request(
        'POST',
        address(`devices/${name(id)}/commands/${name(command)}`),
        { args },
        (timeoutMs || 10000) + 5000,
    );

export const captures = (query) => request('GET', address('captures', query));
export const changeCapture = (id, change) =>
    request('PATCH', address(`captures/${name(id)}`), change);
export const deleteCapture = (id) => request('DELETE', address(`captures/${name(id)}`));
export const imageUrl = (id) => address(`captures/${name(id)}/image.jpg`).href;
export const thumbUrl = (id) => address(`captures/${name(id)}/thumb.jpg`).href;
export const soundUrl = (id) => address(`captures/${name(id)}/sound.wav`).href;

export const events = (query) => request('GET', address('events', query));

export function socketUrl() {
    const url = address('ws');
    url.protocol = url.protocol.replace('http', 'ws');
    return url.href;
}
