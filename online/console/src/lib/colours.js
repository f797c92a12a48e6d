// Okabe and Ito's colours, safe for the colour-blind, brightened for the dark theme and darkened for the light one. Never the only
// sign: C has filled points, AC a filled area, residual points about a zero line, no beam open points.
const DARK = {
  inTime: '#56b4e9',
  antiCoincident: '#e69f00',
  residual: '#2fd0a5',
  noBeam: '#cc79a7',
  free: '#dbe4ee',
  reference: '#f0e442',
  prediction: '#ffffff',
  bad: '#ff6b6b',
  text: '#dbe4ee',
  dim: '#9fb0c3',
  line: '#2b3746',
  panel: '#151d28',
};
const LIGHT = {
  inTime: '#005a9e',
  antiCoincident: '#9a5b00',
  residual: '#00694f',
  noBeam: '#9c3f73',
  free: '#14202e',
  reference: '#6a6100',
  prediction: '#14202e',
  bad: '#b3261e',
  text: '#14202e',
  dim: '#4d5b6b',
  line: '#c9d3de',
  panel: '#ffffff',
};

export const coloursOf = (theme) => (theme === 'light' ? LIGHT : DARK);

// Cividis, from dark to light: readable in grey as well.
const COUNTS = ['#12294a', '#14356a', '#3a476b', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];
// Through the panel's own colour: negative blue, positive orange.
const RESIDUALS = ['#a8dcff', '#56b4e9', '#2f7aaa', '#1f4a68', '#151d28', '#5a3f10', '#a3700a', '#e69f00', '#ffd98c'];
const LIGHT_RESIDUALS = ['#003a68', '#005a9e', '#4d93c7', '#a9cbe5', '#ffffff', '#f0d3a4', '#d89a3e', '#9a5b00', '#5e3700'];

export const SHADES = 21; // odd, so that zero has a colour of its own in residuals

// SHADES colours along the given ones, as [r, g, b].
function spread(colours) {
  const channels = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return Array.from({ length: SHADES }, (_, i) => {
    const at = (i / (SHADES - 1)) * (colours.length - 1);
    const low = Math.min(Math.floor(at), colours.length - 2);
    const [from, to] = [channels(colours[low]), channels(colours[low + 1])];
    return from.map((value, channel) => Math.round(value + (to[channel] - value) * (at - low)));
  });
}

export function palette(theme, ofResidual) {
  return spread(ofResidual ? (theme === 'light' ? LIGHT_RESIDUALS : RESIDUALS) : COUNTS);
}
