/* fake-rest.mjs - the REST half of the fake gateway. What state there is belongs to the
 * FakeGateway it is given. */

import { device as makeDevice } from './fixtures.mjs';

/** Thrown by a route: becomes application/problem+json. */
export class Refusal extends Error {
    constructor(status, title, detail) {
        super(detail);
        Object.assign(this, { status, title });
    }
}

/** Answers a request under /api/v1/; throws a Refusal. */
export async function answerRest(gateway, request, url, response) {
    const pathname = url.pathname.slice('/api/v1'.length);
    const body = await readJson(request);
    gateway.requests.push({
        method: request.method,
        path: pathname,
        query: Object.fromEntries(url.searchParams),
        body,
    });
    const override = gateway.refusals.find(
        ({ method, pattern }) => method === request.method && pattern.test(pathname),
    );
    if (override) throw override.refusal;
    const [, top, id, sub, name] = pathname.split('/');
    const result = await route(gateway, request.method, {
        top,
        id,
        sub,
        name,
        body,
        query: url.searchParams,
    });
    if (result === undefined) {
        response.writeHead(204).end();
        return;
    }
    const bytes = Buffer.isBuffer(result);
    const type = sub === 'sound.wav' ? 'audio/wav' : 'image/jpeg';
    response.writeHead(200, { 'content-type': bytes ? type : 'application/json' });
    response.end(bytes ? result : JSON.stringify(result));
}

function route(gateway, method, call) {
    const known = {
        'GET devices': () =>
            call.id
                ? device(gateway, call.id)
                : { items: [...gateway.devices.values()], next: null },
        'PATCH devices': () => patchDevice(gateway, device(gateway, call.id), call.body),
        'POST devices': () =>
            call.id
                ? run(gateway, device(gateway, call.id), call.name, call.body.args)
                : addDevice(gateway, call.body),
        'DELETE devices': () => gateway.remove(device(gateway, call.id).id),
        'GET captures': () => {
            if (call.sub === 'sound.wav') return sound(capture(gateway, call.id));
            return call.sub ? image(gateway, Number(call.id)) : listCaptures(gateway, call.query);
        },
        'PATCH captures': () => Object.assign(capture(gateway, call.id), call.body),
        'DELETE captures': () => remove(gateway, capture(gateway, call.id)),
        'GET events': () => ({
            items: ofDevice(gateway.events, call.query).slice(0, limitOf(call.query)),
            next: null,
        }),
        'GET found': () => ({ items: gateway.found, next: null }),
        'POST found': () => adopt(gateway, call.id, call.body),
        'GET info': () => ({
            version: '0.1.0',
            boot_id: gateway.bootId,
            bluetooth: gateway.bluetooth,
            mdns: gateway.mdns,
        }),
        'GET plugins': () => ({ items: gateway.plugins, next: null }),
    }[`${method} ${call.top}`];
    if (!known) throw new Refusal(404, 'Not found', 'There is no such route.');
    return known();
}

function device(gateway, id) {
    const device = gateway.devices.get(id);
    if (!device) throw new Refusal(404, 'Not found', `There is no device “${id}”.`);
    return device;
}

function capture(gateway, id) {
    const row = gateway.captures.find((item) => item.id === Number(id));
    if (!row) throw new Refusal(404, 'Not found', `There is no capture ${id}.`);
    return row;
}

function remove(gateway, row) {
    gateway.captures.splice(gateway.captures.indexOf(row), 1);
    return undefined;
}

function image(gateway, id) {
    const loop = gateway.frames[id % 4 ? 'day' : 'night'];
    return loop[(id * 5) % loop.length];
}

/* A WAV of 8 kHz, 16 bit, mono, as many bytes as the row says; silence. */
function sound(row) {
    if (!row.sound) throw new Refusal(404, 'Not found', 'there is no such sound');
    const wav = Buffer.alloc(row.sound);
    wav.write('RIFF', 0);
    wav.writeUInt32LE(row.sound - 8, 4);
    wav.write('WAVEfmt ', 8);
    [16, 0x10001, 8000, 16000, 0x100002].forEach((n, i) => wav.writeUInt32LE(n, 16 + 4 * i));
    wav.write('data', 36);
    wav.writeUInt32LE(row.sound - 44, 40);
    return wav;
}

function ofDevice(rows, query) {
    const id = query.get('device');
    return rows.filter((item) => !id || item.device === id);
}

function limitOf(query) {
    return Number(query.get('limit') ?? 50);
}

function listCaptures(gateway, query) {
    const from = Number(query.get('cursor') ?? 0);
    const to = from + limitOf(query);
    const { from: since, to: until } = Object.fromEntries(query);
    const rows = ofDevice(gateway.captures, query).filter(
        ({ captured_at: at }) => !(at < since) && !(at >= until),
    );
    return { items: rows.slice(from, to), next: rows.length > to ? String(to) : null };
}

function patchDevice(gateway, device, { name, enabled, flow, settings = {}, options = {} }) {
    for (const [key, v] of Object.entries(options)) {
        const o = device.options[key];
        const value = o.secret ? null : (v ?? o.default);
        device.options[key] = { ...o, value, owner: v === null ? 'default' : 'database' };
    }
    if (name !== undefined) device.name = name;
    if (flow !== undefined) Object.assign(device, { flow, overlay: flow !== 'off' });
    if (enabled !== undefined) {
        Object.assign(
            device,
            enabled ? { enabled, state: 'online' } : { enabled, state: 'disabled' },
        );
        gateway.switched(device);
    }
    for (const [key, v] of Object.entries(settings)) {
        const s = { ...device.settings[key], desired: v, error: null };
        s.pending = v !== null && !s.unreadable && JSON.stringify(v) !== JSON.stringify(s.reported);
        device.settings[key] = s;
    }
    return device;
}

async function run(gateway, device, name, args) {
    if (!device.commands[name])
        throw new Refusal(404, 'Not found', `${device.name} has no command “${name}”.`);
    const action = gateway.commands[name];
    return { result: action ? await action(args, device) : null };
}

/* As the gateway names what is wrong: the option, a colon, what was expected. */
function checkOptions(plugin, options) {
    for (const { key, required, max } of plugin.options ?? []) {
        if (required && !(key in options))
            throw new Refusal(
                422,
                'Unprocessable Content',
                `"${key}" is missing: expected a value`,
            );
        if (options[key] === 'a b')
            throw new Refusal(422, 'Unprocessable Content', `${key}: expected a host, got "a b"`);
        if (typeof max === 'number' && options[key] > max)
            throw new Refusal(422, 'Unprocessable Content', `${key}: expected at most ${max}`);
    }
}

function addDevice(gateway, { driver, name, options = {} }) {
    const plugin = gateway.plugins.find((p) => p.name === driver);
    checkOptions(plugin, options);
    const id = (name || driver).toLowerCase().replace(/[^a-z0-9]+/g, '-');
    if (gateway.devices.has(id))
        throw new Refusal(409, 'Conflict', `there is a device "${id}" already`);
    const channel = 40 + gateway.devices.size;
    const made = makeDevice(id, {
        name: name || driver,
        driver,
        kind: driver,
        camera: true,
        channel,
    });
    gateway.put({ ...made, state: 'starting' });
    return made;
}

function adopt(gateway, id, { name, options = {} }) {
    const item = gateway.found.find((other) => other.id === id);
    if (!item) throw new Refusal(404, 'Not found', `nothing like "${id}" was seen lately`);
    const made = addDevice(gateway, {
        driver: item.driver,
        name: name || item.name,
        options: { address: item.address, ...options },
    });
    gateway.see(id, null);
    return made;
}

async function readJson(request) {
    let text = '';
    for await (const chunk of request) text += chunk;
    if (text && !(request.headers['content-type'] ?? '').startsWith('application/json'))
        throw new Refusal(415, 'Unsupported media type', 'JSON is needed.');
    return text ? JSON.parse(text) : undefined;
}
