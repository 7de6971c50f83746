/* confirm.js - asks before something is gone for good. */

import { closeBeside, h } from './dom.js';

/**
 * A question over all that is open; true when somebody agreed. Escape and a click beside it do not.
 * `look` is that of the button with the verb.
 */
export function confirm(title, text, verb, look = 'danger') {
    const dialog = h(
        'dialog',
        {
            class: 'dialog',
            role: 'alertdialog',
            'aria-labelledby': 'confirm-title',
            'aria-describedby': 'confirm-text',
        },
        h(
            'form',
            { method: 'dialog' },
            h('h2', { id: 'confirm-title', text: title }),
            h('p', { id: 'confirm-text', class: 'muted', text }),
            h(
                'div',
                { class: 'actions' },
                h('button', { class: 'button quiet', value: '', autofocus: true, text: 'Cancel' }),
                h('button', { class: `button ${look}`, value: 'yes', text: verb }),
            ),
        ),
    );
    closeBeside(dialog);
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((resolve) => {
        dialog.addEventListener('close', () => {
            dialog.remove();
            resolve(dialog.returnValue === 'yes');
        });
    });
}
