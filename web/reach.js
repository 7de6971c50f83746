/* reach.js - how far a command goes: positions of the slider, 1 (near) to 100 (all), as signal
 * strength and in words, and whom that reaches. Pure; the formula is that of
 * docs/protocols/playground-hub.md. */

export const NEAREST = 1;
export const ALL = 100;

/* What the slider's two ends but ALL are in dBm. */
const NEAR_DBM = -30;
const FAR_DBM = -90;
/** The weakest signal that means anything; a hub takes it for all. */
const FLOOR_DBM = -100;

/** In dBm; null: all. */
export function thresholdOf(position) {
    if (position >= ALL) return null;
    const part = (position - NEAREST) / (ALL - 1 - NEAREST);
    return Math.round(NEAR_DBM + part * (FAR_DBM - NEAR_DBM));
}

/** As commands take it. */
export function thresholdText(position) {
    const dbm = thresholdOf(position);
    return dbm === null ? 'all' : String(dbm);
}

/** The farthest first: [from this position on, how it is called]. */
export const PLACES = [
    [100, 'All'],
    [75, 'Far'],
    [50, 'Distant'],
    [25, 'Close'],
    [2, 'Near'],
    [1, 'Here'],
];

export const placeOf = (position) => PLACES.find(([from]) => position >= from)[1];

/** Where the farthest of a place is: what a button of that name sets. */
export function endOf(place) {
    const i = PLACES.findIndex(([, name]) => name === place);
    return i === 0 ? ALL : PLACES[i - 1][0] - 1;
}

/** Whether a module (hub.js) is reached with this threshold: it must be louder. Who is not there is not. */
export function reaches(threshold, module) {
    if (!module.present) return false;
    return threshold === null || (module.rssi !== null && module.rssi > threshold);
}

/** How far away a signal seems, 0 (here) to 1 (hardly heard). Who was never measured is far. */
export function farness(dbm) {
    const part = (NEAR_DBM - (dbm ?? FLOOR_DBM)) / (NEAR_DBM - FLOOR_DBM);
    return Math.min(1, Math.max(0, part));
}

/** The slider's position that reaches just so far. */
export function positionAt(far) {
    const dbm = NEAR_DBM + far * (FLOOR_DBM - NEAR_DBM);
    const part = (dbm - NEAR_DBM) / (FAR_DBM - NEAR_DBM);
    return Math.min(ALL, Math.max(NEAREST, Math.round(NEAREST + part * (ALL - 1 - NEAREST))));
}
