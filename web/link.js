/* link.js - how the connection does: one word in the header, and a sentence with a button while
 * it is not there. */

import { setHidden, setText } from './dom.js';

const WORDS = {
    connecting: 'Connecting',
    live: 'Live',
    waiting: 'Reconnecting',
    refused: 'Not connected',
};

export class LinkState {
    #pill;
    #pillWords;
    #banner;
    #sentence;
    #button;
    #countdown = 0;

    /** `retry` is called when somebody does not want to wait. */
    constructor(pill, banner, retry) {
        this.#pill = pill;
        this.#pillWords = pill.querySelector('#link-words');
        this.#banner = banner;
        this.#sentence = banner.querySelector('p');
        this.#button = banner.querySelector('button');
        this.#button.addEventListener('click', retry);
    }

    /** `phase` as in socket.js; `words` say why it is not live. */
    show({ phase, words, retryInMs }) {
        clearInterval(this.#countdown);
        this.#pill.dataset.phase = phase;
        setText(this.#pillWords, WORDS[phase]);
        this.#button.disabled = phase === 'connecting';
        if (phase === 'live') setHidden(this.#banner, true);
        else if (phase === 'refused') this.#say(words);
        else if (phase === 'waiting') this.#count(words, performance.now() + retryInMs);
        /* While it is tried again the last sentence stays: a banner that blinks helps nobody. */
    }

    #say(text) {
        setText(this.#sentence, text);
        setHidden(this.#banner, false);
    }

    #count(words, at) {
        const show = () => {
            const seconds = Math.max(1, Math.ceil((at - performance.now()) / 1000));
            this.#say(`${words} Trying again in ${seconds}\u00a0s.`);
        };
        show();
        this.#countdown = setInterval(show, 1000);
    }
}
