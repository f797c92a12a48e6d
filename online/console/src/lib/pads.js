// What a person has set on each pad, kept while views come and go: { log, kind, zoom }.
import { browserPace } from '../plots/pace.js';

const settings = new Map();

export function settingsOf(name) {
  if (!settings.has(name)) settings.set(name, { log: false, kind: null, zoom: null });
  return settings.get(name);
}

// One for all pads of the page.
export const pace = browserPace();
