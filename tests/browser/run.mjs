/* run.mjs - all browser tests in one process, one after the other, in one Chromium. `node
 * run.mjs [name…]` runs some files only. */

import { after, test } from 'node:test';
import { closeBrowser, realUrl } from './harness.mjs';

const ALL = [
    'live',
    'link',
    'states',
    'sight',
    'parts',
    'add',
    'found',
    'forms',
    'options',
    'gallery',
    'batch',
    'overlay',
    'instep',
    'layer',
    'motion',
    'wifi',
    'camera',
    'reach',
    'playground',
    'games',
    'events',
    'hostile',
];
const wanted = process.argv.slice(2);

/* Else a file whose tests need no browser would be over, and the browser closed, before the next is read. */
let allRead;
test('every file of tests is read', () => new Promise((resolve) => (allRead = resolve)));
after(closeBrowser);
for (const name of realUrl ? ['live'] : wanted.length ? wanted : ALL)
    await import(`./${name}.test.mjs`);
allRead();
