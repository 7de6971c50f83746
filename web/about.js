/* about.js - the foot of the page: which gateway this is, and which drivers it loaded or
 * refused. */

import * as api from './api.js';
import { h } from './dom.js';

function driverRow({ name, file, version, state, why }) {
    const refused = state === 'refused';
    return h(
        'li',
        { data: { state } },
        h('strong', { text: name || file }),
        version ? h('span', { class: 'muted', text: version }) : null,
        h('span', {
            class: refused ? 'problem' : 'muted',
            text: refused ? `Refused: ${why}` : 'Loaded',
        }),
    );
}

function summary(items) {
    const refused = items.filter((item) => item.state === 'refused').length;
    const loaded = items.length - refused;
    const words = `${loaded} ${loaded === 1 ? 'driver' : 'drivers'}`;
    return refused ? `${words}, ${refused} refused` : words;
}

/** Reads both anew and fills `root`. Refused drivers are shown without a click. */
export async function showAbout(root) {
    const [info, plugins] = await Promise.all([
        api.info().catch(() => null),
        api.plugins().catch(() => ({ items: [] })),
    ]);
    const open =
        plugins.items.some((item) => item.state === 'refused') ||
        Boolean(root.querySelector('details')?.open);
    root.replaceChildren(
        h('p', { text: info ? `Warren ${info.version}` : 'Warren' }),
        h(
            'details',
            { open },
            h('summary', { text: summary(plugins.items) }),
            h('ul', { class: 'drivers' }, plugins.items.map(driverRow)),
        ),
    );
}
