/* pure.mjs - modules of the page that need no page. */

import fs from 'node:fs';
import path from 'node:path';
import { here } from './deps.mjs';

/** A module that imports nothing, whatever node takes a .js for. */
export function pureModule(name) {
    const source = fs.readFileSync(path.join(here, '..', '..', 'web', name), 'utf8');
    const named = `${source}\n//# sourceURL=web/${name}`;
    return import(`data:text/javascript,${encodeURIComponent(named)}`);
}
