// What a person has set on each pad: kept while views come and go, and saved with a layout.
import { COMPARISONS } from './comparison.js';
import { KINDS as COUNTED } from './spectrum.js';

const isRange = (range) => Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0] <= range[1];
const COMPARED = COMPARISONS.map(({ name }) => name);
const KINDS = [...COUNTED, 'residual', 'prediction'];

class PadSettings {
  log = $state(false);
  kind = $state('in_time'); // of a map
  compare = $state(null); // of a map with a reference: one of COMPARISONS, or null: the live one
  zoom = $state.raw(null); // { x: [min, max], y: [min, max] }, [0, 0] where an axis is whole; null: both are
  roi = $state.raw(null); // [min, max] along the horizontal axis of a line pad
  projection = $state.raw(null); // of a map: { onto: 0 or 1, band: [min, max] of the other axis or null for all of it }

  get saved() {
    const { log, kind, compare, zoom, roi, projection } = this;
    return { log, kind, compare, zoom, roi, projection };
  }

  // What a saved layout says, as far as it makes sense; what it does not say is as at first.
  restore({ log, kind, compare, zoom, roi, projection } = {}) {
    this.log = log === true;
    this.kind = KINDS.includes(kind) ? kind : 'in_time';
    this.compare = COMPARED.includes(compare) ? compare : null;
    this.zoom = zoom && isRange(zoom.x) && isRange(zoom.y) ? { x: zoom.x, y: zoom.y } : null;
    this.roi = isRange(roi) ? roi : null;
    const band = isRange(projection?.band) ? projection.band : null;
    this.projection = [0, 1].includes(projection?.onto) ? { onto: projection.onto, band } : null;
  }
}

const settings = new Map();

export function settingsOf(name) {
  if (!settings.has(name)) settings.set(name, new PadSettings());
  return settings.get(name);
}
