/* app.js - puts the page together: devices and events come in, tiles, cards and panel go out. */

import { showAbout } from './about.js';
import { Address } from './address.js';
import * as api from './api.js';
import { Blank } from './blank.js';
import { Card } from './card.js';
import { Devices } from './devices.js';
import { arrange, setHidden, setText } from './dom.js';
import { EventList } from './events.js';
import { stateWords } from './format.js';
import { Found } from './found.js';
import { Gallery } from './gallery.js';
import { icon } from './icons.js';
import { LinkState } from './link.js';
import { Part, whenIdle } from './part.js';
import { Pictures } from './pictures.js';
import { Socket } from './socket.js';
import { Tile } from './tile.js';
import { Toasts } from './toast.js';
import { Transfers } from './transfer.js';
import { cardOf, isHeld, isHeldKind, Views } from './views.js';

/** Ages and rates are refreshed this often. */
const TICK_MS = 500;
/** All devices are read anew this often: when each was seen last comes with no event. */
const LIST_POLL_MS = 30000;
/** Per page of captures: three rows on a wide screen, four on a phone. */
const CAPTURES_SHOWN = matchMedia('(max-width: 600px)').matches ? 12 : 24;

const byId = (id) => document.getElementById(id);

const transfers = new Transfers();
const tiles = new Map();
const cards = new Map();
/* Ids of what is shown inside other devices, known as soon as it is told of. */
const inside = new Set();
let inSight = new Set();
let loaded = false;
/* Everything was read since the connection stands. */
let synced = false;

const blank = new Blank(byId('cameras-blank'), {
    retry: () => (socket.live ? resync() : socket.wake()),
    add: () => addDevice(),
});
const link = new LinkState(byId('link'), byId('banner'), () => socket.wake());
const socket = new Socket(api.socketUrl(), {
    state: showLink,
    live: resync,
    channels: (byDevice) => pictures.learn(byDevice),
    frame: (frame, ack) => pictures.receive(frame, ack),
    overlay: (message) => motions.made?.receive(pictures.sender(message), message),
    event: receiveEvent,
});
const pictures = new Pictures({ clock: socket.clock, want: wantFrames });
const devices = new Devices(render);
const captures = new Gallery({ limit: CAPTURES_SHOWN }, openCapture, devices.nameOf);
const events = new EventList(byId('events'), devices.nameOf, (id) => inside.has(id));
const toasts = new Toasts(byId('toasts'));
const found = new Found(byId('found-section'), { added: deviceMade, ask: addDevice });

const views = new Views(toasts.say);

/* What nobody sees at first is fetched when it is opened, or before, when there is time. */
const panel = new Part({
    load: (again) => import('./panel.js' + again),
    sheets: ['panel.css', 'forms.css'],
    make: ({ Panel }) =>
        new Panel(byId('panel'), {
            pictureOf: (id) => pictures.of(id),
            motions: () => motions.made,
            transferOf: (id) => transfers.of(id),
            openCapture,
            nameOf: devices.nameOf,
            changed: (device) => devices.put(device),
            removed: deviceGone,
            closed: () => address.forget(),
            open: (id) => address.goTo(id),
            viewOf: (device) => views.partOf(device)?.made ?? null,
            childrenOf: (id) => devices.behind(id),
            holderOf: (device) => (isInside(device) ? device.parent : null),
            back: (id) => address.swapTo(id),
            now: () => socket.clock.now(),
            say: toasts.say,
        }),
    say: toasts.say,
});
const motions = new Part({
    load: (again) => import('./motions.js' + again),
    sheets: ['motion.css'],
    make: ({ Motions }) => {
        const made = new Motions(
            (id) => pictures.of(id),
            (ids) => socket.wantOverlays(ids),
        );
        made.update(devices.all, inSight);
        return made;
    },
    say: toasts.say,
});
const address = new Address({
    panel,
    partsOf: (device) => [device.camera && motions, views.partOf(device)].filter(Boolean),
    deviceOf: (id) => devices.get(id),
});
const adding = new Part({
    load: (again) => import('./add.js' + again),
    sheets: ['forms.css'],
    make: ({ AddDevice }) => new AddDevice(byId('add'), deviceMade),
    say: toasts.say,
});
const viewer = new Part({
    load: (again) => import('./viewer.js' + again),
    sheets: ['viewer.css'],
    make: ({ Viewer }) => new Viewer(byId('viewer'), devices.nameOf, captureChanged),
    say: toasts.say,
});

const sift = new Part({
    load: (again) => import('./sift.js' + again),
    sheets: ['sift.css'],
    make: ({ Sift }) => {
        const made = new Sift((wanted) => captures.refine(wanted));
        made.cameras(cameras());
        byId('captures-head').append(made.element);
        return made;
    },
    say: toasts.say,
});

/* --- what comes in ---------------------------------------------------------------------------- */

function showLink(state) {
    link.show(state);
    document.body.dataset.link = state.phase;
    if (!loaded && state.words) blank.failed('No connection to the gateway', state.words);
}

/* After every connection: what was missed is read anew. Names first, the others show them. */
async function resync() {
    synced = false;
    try {
        await devices.load();
    } catch (problem) {
        if (!loaded) blank.failed('The devices could not be read', problem.message);
        return; /* What is shown stays; all is read again with the next poll. */
    }
    synced = true;
    motions.made?.restart();
    captures.refresh();
    events.load();
    found.refresh();
    showAbout(byId('foot'));
    whenIdle(() => {
        const ownViews = devices.all.map((device) => views.partOf(device));
        [sift, panel, motions, viewer, adding, ...ownViews].forEach((part) => part?.preload());
    });
}

function wantFrames(ids) {
    inSight = ids;
    socket.wantFrames([...ids]);
    motions.made?.update(devices.all, inSight);
    tick();
}

function receiveEvent(event) {
    if (event.type === 'device.added' && isHeldKind(event.data?.kind)) inside.add(event.device);
    events.add(event);
    announce(event);
    const [topic] = event.type.split('.');
    if (event.type === 'device.attributes')
        devices.putAttributes(event.device, event.data ?? {}, event.time);
    else if (event.type === 'transfer.progress') transferMoved(event);
    else if (event.type === 'capture.stored') captureChanged(event.device);
    else if (event.type === 'device.found' || topic === 'found') found.stale();
    else if (topic === 'hub') hubSaid(event);
    else if (topic === 'plugin') showAbout(byId('foot'));
    else if ((topic === 'device' || topic === 'settings') && event.device) deviceChanged(event);
}

function transferMoved({ device, data }) {
    transfers.put(device, data);
    tiles.get(device)?.tick();
    if (panel.made?.deviceId === device) panel.made.tick();
}

function deviceChanged({ type, device, data }) {
    if (['device.offline', 'device.removed'].includes(type)) transfers.end(device);
    if (['device.offline', 'device.online'].includes(type))
        found.stale(); /* Perhaps all of Bluetooth. */
    pictures.tell(device, data?.channel);
    if (type === 'device.removed') devices.remove(device);
    else devices.stale(device);
}

/* When its modules were heard last comes with no event of theirs. */
function hubSaid(event) {
    if (panel.made?.deviceId === event.device) panel.made.event(event);
    if (event.type === 'hub.scan.finished')
        devices.behind(event.device).forEach(({ id }) => devices.stale(id));
}

/* Stored, pinned or deleted: the list of all and that of an open panel both show it. */
function captureChanged(device) {
    captures.stale();
    if (panel.made?.deviceId === device) panel.made.captureChanged();
}

/* Added or adopted here: shown at once, and where one goes on. */
function deviceMade(device) {
    devices.put(device);
    found.stale();
    toasts.say(`${device.name || device.id} was added.`);
    byId('main').querySelector(`[data-device="${device.id}"] .tile-open`)?.focus();
}

function deviceGone({ id, name }) {
    devices.remove(id);
    toasts.say(`${name || id} was removed.`);
    byId('main').focus();
}

/* For those who do not see the dots change. Modules that come and go are too many for that. */
function announce({ type, device }) {
    if (inside.has(device)) return;
    if (['device.online', 'device.offline', 'device.error'].includes(type))
        setText(
            byId('announcer'),
            `${devices.nameOf(device)}: ${stateWords(type.slice('device.'.length))}`,
        );
}

/* --- what is shown ---------------------------------------------------------------------------- */

const cameras = () => devices.all.filter((device) => device.camera);

function render() {
    loaded = true;
    devices.all.forEach((device) => inside[isInside(device) ? 'add' : 'delete'](device.id));
    const others = devices.all.filter(({ id, camera }) => !camera && !inside.has(id));
    renderCameras(cameras(), others.length === 0);
    renderOthers(others);
    events.devices(devices.all);
    sift.made?.cameras(cameras());
    motions.made?.update(devices.all, inSight);
    pictures.update(devices.all);
    address.follow();
}

function renderCameras(cameras, alone) {
    keep(
        tiles,
        cameras,
        ({ id }) =>
            new Tile(
                pictures.of(id),
                () => transfers.of(id),
                () => address.goTo(id),
            ),
    );
    cameras.forEach((device) => tiles.get(device.id).update(device));
    arrange(
        byId('cameras'),
        cameras.map(({ id }) => tiles.get(id).element),
    );
    byId('cameras').dataset.count = cameras.length;
    setText(byId('cameras-count'), cameras.length ? String(cameras.length) : '');
    if (cameras.length) blank.none();
    else blank.empty(alone);
}

const isInside = (device) => isHeld(device, devices.get(device.parent));

function renderOthers(others) {
    keep(cards, others, (device) => new (cardOf(device) ?? Card)(() => address.goTo(device.id)));
    others.forEach((device) => {
        const parentName = device.parent && devices.nameOf(device.parent);
        cards.get(device.id).update(device, parentName, devices.behind(device.id));
    });
    arrange(
        byId('others'),
        others.map(({ id }) => cards.get(id).element),
    );
    setText(byId('others-count'), String(others.length));
    setHidden(byId('others-section'), others.length === 0);
}

/* Makes what is new, closes what is gone. */
function keep(views, wanted, make) {
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, view] of views)
        if (!ids.has(id)) {
            view.close?.();
            views.delete(id);
        }
    wanted
        .filter(({ id }) => !views.has(id))
        .forEach((device) => views.set(device.id, make(device)));
}

async function openCapture(gallery, id) {
    (await viewer.need())?.open(gallery, id);
}

/* By its address, or what was found: add.js. */
async function addDevice(item, problem) {
    (await adding.need())?.open(item, problem);
}

/* --- the page itself -------------------------------------------------------------------------- */

function showTheme() {
    const { choice } = window.warrenTheme;
    const [name, words] = {
        auto: ['auto', 'as the system'],
        light: ['sun', 'light'],
        dark: ['moon', 'dark'],
    }[choice()];
    byId('theme').replaceChildren(icon(name));
    byId('theme').setAttribute('aria-label', `Colours: ${words}`);
    byId('theme').title = `Colours: ${words}`;
}

function every(ms, action) {
    setInterval(() => document.hidden || action(), ms);
}

function tick() {
    tiles.forEach((tile) => tile.tick());
    panel.made?.tick();
}

function poll() {
    if (socket.live && synced) {
        devices.load().catch(() => {});
        found.refresh(); /* How strongly each is received comes with no event. */
    } else if (socket.live) resync();
}

function start() {
    showTheme();
    byId('theme').addEventListener('click', () => {
        window.warrenTheme.next();
        showTheme();
    });
    document.addEventListener('visibilitychange', () => {
        if (!document.hidden) socket.wake();
    });
    window.addEventListener('online', () => socket.wake());
    every(TICK_MS, tick);
    every(LIST_POLL_MS, poll);
    byId('add-device').prepend(icon('plus'));
    byId('add-device').addEventListener('click', () => addDevice());
    byId('captures').append(captures.element);
    socket.connect();
}

start();
