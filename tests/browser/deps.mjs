/* deps.mjs - the two packages from npm, from wherever they were installed: WARREN_NODE_MODULES
 * (the build folder), else beside this file. */

import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = path.dirname(fileURLToPath(import.meta.url));

const require = createRequire(
    path.resolve(process.env.WARREN_NODE_MODULES ?? here, 'from-here.js'),
);

export const { chromium } = require('playwright-core');
export const axeSource = require('axe-core').source;

/** The system's Chromium; tests never download one. */
export function launchChromium() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        headless: true,
        args: [
            '--headless',
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
        ],
    });
}
