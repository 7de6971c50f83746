/* blank.js - the camera section while it has no cameras: loading, nothing there yet, or why
 * nothing can be shown. */

import { h } from './dom.js';
import { icon } from './icons.js';

const SMALL = 'No cameras yet. As soon as one is known here, its picture appears by itself.';

function skeleton() {
    const bones = () =>
        h(
            'div',
            { class: 'tile bones', 'aria-hidden': 'true' },
            h('div', { class: 'screen' }),
            h('div', { class: 'tile-foot' }, h('span'), h('span')),
        );
    return [
        h('p', { class: 'unseen', text: 'Loading the devices…' }),
        h('div', { class: 'grid' }, bones(), bones(), bones()),
    ];
}

function firstSteps(add) {
    const code = (text) => h('code', { text });
    return h(
        'div',
        { class: 'blank' },
        h('img', { src: 'icon.svg', alt: '', width: 72, height: 72 }),
        h('h3', { text: 'No cameras yet' }),
        h('p', {
            text: 'As soon as one is known here, its picture appears by itself. There are four ways to begin:',
        }),
        h(
            'ul',
            {},
            h(
                'li',
                {},
                h('button', {
                    class: 'text-button',
                    type: 'button',
                    text: 'Add one by its address',
                    on: { click: add },
                }),
                ', if it has one in your network.',
            ),
            h(
                'li',
                {},
                'Switch a camera on: what is seen nearby shows up below, ready to be adopted.',
            ),
            h(
                'li',
                {},
                'Name one under ',
                code('devices:'),
                ' in ',
                code('warren.yaml'),
                '; the file is read again when you save it.',
            ),
            h(
                'li',
                {},
                'Drop a driver, such as ',
                code('demo.so'),
                ', into the plugin folder for a camera without hardware.',
            ),
        ),
    );
}

function failure(title, why, retry) {
    return h(
        'div',
        { class: 'blank' },
        h('span', { class: 'blank-icon' }, icon('unplugged')),
        h('h3', { text: title }),
        h('p', { text: why }),
        h('button', { type: 'button', class: 'button', text: 'Try again', on: { click: retry } }),
    );
}

export class Blank {
    #root;
    #retry;
    #add;
    #shown = '';

    /**
     * Shows the skeleton. `retry` is called by the button of failed(), `add` by the one that adds a
     * camera.
     */
    constructor(root, { retry, add }) {
        this.#root = root;
        this.#retry = retry;
        this.#add = add;
        root.replaceChildren(...skeleton());
    }

    none() {
        this.#show('none', []);
    }

    /** `alone`: there is no other device either, so this is somebody's first look. */
    empty(alone) {
        if (alone) this.#show('empty', [firstSteps(this.#add)]);
        else this.#show('small', [h('p', { class: 'blank small', text: SMALL })]);
    }

    failed(title, why) {
        this.#show(`${title}\n${why}`, [failure(title, why, this.#retry)]);
    }

    #show(what, nodes) {
        if (this.#shown === what) return;
        this.#shown = what;
        this.#root.replaceChildren(...nodes);
    }
}
