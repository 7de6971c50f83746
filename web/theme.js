/* theme.js - light, dark, or as the system says. A plain script in the head, so that no page
 * flashes in the wrong colours.
 *
 * The choice is kept in localStorage ("warren.theme": "light" or "dark"; absent: as the system
 * says). What is shown stands in <html data-theme>, the only thing the style sheets look at. */
'use strict';

(function () {
    const KEY = 'warren.theme';
    const CHOICES = ['auto', 'light', 'dark'];
    const system = window.matchMedia('(prefers-color-scheme: dark)');

    /* Storage may be forbidden (private window, embedded): then the choice lives as long as the
     * page. */
    function stored() {
        try {
            return localStorage.getItem(KEY);
        } catch {
            return null;
        }
    }

    function store(choice) {
        try {
            if (choice === 'auto') localStorage.removeItem(KEY);
            else localStorage.setItem(KEY, choice);
        } catch {
            /* see above */
        }
    }

    let choice = CHOICES.includes(stored()) ? stored() : 'auto';

    function show() {
        const dark = choice === 'dark' || (choice === 'auto' && system.matches);
        document.documentElement.dataset.theme = dark ? 'dark' : 'light';
        document.documentElement.dataset.themeChoice = choice;
    }

    function next() {
        choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
        store(choice);
        show();
        return choice;
    }

    system.addEventListener('change', show);
    window.warrenTheme = { next, choice: () => choice };
    show();
})();
