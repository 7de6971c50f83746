/* dom.js - making elements. The only way in which text gets onto the page: what devices say is
 * never parsed as HTML. */

/**
 * A new element. `props`: `class`, `text`, `on` ({event: function}), `data` (dataset); everything
 * else is an attribute (true: present, false or null: absent). Children are nodes or text; null and
 * false are left out.
 */
export function h(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) apply(node, name, value);
    node.append(
        ...children
            .flat()
            .filter((child) => child !== null && child !== undefined && child !== false),
    );
    return node;
}

const SVG = 'http://www.w3.org/2000/svg';

/** The same for what is drawn: attributes, and `on`. */
export function svg(tag, props = {}, ...children) {
    const node = document.createElementNS(SVG, tag);
    const { on = {}, ...attributes } = props;
    apply(node, 'on', on);
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
    node.append(...children.flat());
    return node;
}

function apply(node, name, value) {
    if (name === 'class') node.className = value;
    else if (name === 'text') node.textContent = value;
    else if (name === 'on')
        Object.entries(value).forEach(([type, listener]) => node.addEventListener(type, listener));
    else if (name === 'data') Object.assign(node.dataset, value);
    else if (value !== false && value !== null && value !== undefined)
        node.setAttribute(name, value === true ? '' : value);
}

/** Sets text only where it differs: most of what is refreshed twice a second has not changed. */
export function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

export function setHidden(node, hidden) {
    if (node.hidden !== hidden) node.hidden = hidden;
}

/**
 * Makes `parent`'s children the given nodes in this order, moving as little as possible: focus and
 * canvases survive.
 */
export function arrange(parent, nodes) {
    const wanted = new Set(nodes);
    for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
    nodes.forEach((node, i) => {
        if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
    });
}

/**
 * Closes a dialog by a click beside it, as `close` does it. A drag that began inside (marking text)
 * and ends outside does not count, nor the second of two clicks.
 */
export function closeBeside(dialog, close = () => dialog.close()) {
    let beganBeside = false;
    dialog.addEventListener('pointerdown', (event) => (beganBeside = event.target === dialog));
    dialog.addEventListener(
        'click',
        (event) => beganBeside && event.target === dialog && event.detail < 2 && close(),
    );
}

let counter = 0;

/** An id for label/for and aria-… pairs; never made of what a device says. */
export function uniqueId(prefix) {
    counter += 1;
    return `${prefix}-${counter}`;
}
