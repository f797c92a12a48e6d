// Keys that work everywhere. None of them starts or stops anything.
import { VIEWS } from '../views/index.js';
import { route } from './route.svelte.js';

export const KEYED_VIEWS = 9; // by a digit

export const KEYS = [
  ['Alt + 1 … 9', 'open a view, in the order of the navigation'],
  ['/', 'to the filter of the view'],
  ['Space, ← →, ↑ ↓, 0', 'on the scope: hold or go on, step through the slots, another channel, whole axes'],
  ['?', 'this list'],
  ['Esc', 'close what is open'],
  ['← →', 'on a strip of the history, move the cursor; with Shift ten times as far; Home and End'],
  ['+ −, ← → ↑ ↓, 0', 'on a pad of the spectra (Tab leads to it): closer and farther, along the axes, whole axes; Shift ← → or Shift ↑ ↓ zoom one axis alone; Backspace goes back'],
  ['drag, two fingers', 'on a pad: drag to zoom, below or beside the axes that axis alone; two fingers zoom and move what is under them; double click or tap for the whole axes; Shift and drag for a region of interest'],
  ['Tab, Enter', 'everything else'],
];

function isTyping(target) {
  return target.closest?.('input, textarea, select') !== null && target.closest !== undefined;
}

export function keys(event, { help }) {
  if (event.altKey && !event.ctrlKey && /^Digit[1-9]$/.test(event.code)) {
    const view = VIEWS[Number(event.code.slice(5)) - 1];
    if (!view) return;
    event.preventDefault();
    return route.go(view.name);
  }
  if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
  if (event.key === '?') {
    event.preventDefault();
    help();
  } else if (event.key === '/') {
    const search = document.querySelector('main [data-search]');
    if (!search) return;
    event.preventDefault();
    search.focus();
  }
}
