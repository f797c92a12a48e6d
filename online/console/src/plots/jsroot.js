// JSROOT as the console uses it: frames, axes and zoom of two-dimensional pads, in the theme's colours.
import { addColor } from 'jsroot/colors';
import { createHistogram, gStyle, settings } from 'jsroot/core';
import { coloursOf } from '../lib/colours.js';
import { divisionsOn } from './scale.js';

Object.assign(settings, {
  ContextMenu: false,
  ToolBar: false,
  ZoomWheel: false, // the page scrolls
  ZoomTouch: false,
  Latex: 0,
  Tooltip: false,
  CanAdjustFrame: false,
  HandleKeys: false, // ours: frame.js
  SmallPad: { width: 10, height: 10 },
});

const indices = new Map(); // theme → colour name → JSROOT's index

function indicesOf(theme) {
  if (!indices.has(theme)) {
    const colours = Object.entries(coloursOf(theme)).map(([name, rgb]) => [name, addColor(rgb)]);
    indices.set(theme, Object.fromEntries(colours));
  }
  return indices.get(theme);
}

// The style of the next canvas; margins in parts of its size.
export function prepare(theme, margins) {
  const colour = indicesOf(theme);
  Object.assign(gStyle, {
    fOptStat: 0,
    fOptTitle: 0,
    fCanvasColor: colour.panel,
    fPadColor: colour.panel,
    fFrameFillColor: colour.panel,
    fFrameLineColor: colour.dim,
    fGridColor: colour.line,
    fGridStyle: 1,
    fPadGridX: false,
    fPadGridY: true,
    fPadLeftMargin: margins.left,
    fPadRightMargin: margins.right,
    fPadTopMargin: margins.top,
    fPadBottomMargin: margins.bottom,
  });
}

const Y_TITLE_OFFSET = 2.3;
const NO_STATS = 1 << 9;

// ROOT's number for so many divisions; where there are fewer than there might be, there is less room between them, too.
const rootDivisions = (count, most) => 100 * (count < most ? 2 : 5) + count;

// An empty histogram that gives a frame its axes. x: { min, max, bins, title }, y: { min, max, title, divisions }, divisions at most;
// text and the y axis in pixels.
export function axesOf(theme, x, y, textPx, yPx) {
  const most = y.divisions ?? 6;
  const colour = indicesOf(theme);
  const histogram = createHistogram('TH1D', x.bins);
  Object.assign(histogram.fXaxis, { fXmin: x.min, fXmax: x.max });
  for (const [axis, title, divisions] of [
    [histogram.fXaxis, x.title, 508],
    [histogram.fYaxis, y.title, rootDivisions(divisionsOn(yPx, y, textPx, most), most)],
  ]) {
    Object.assign(axis, {
      fTitle: title,
      fTitleSize: textPx,
      fLabelSize: textPx,
      fTitleColor: colour.dim,
      fLabelColor: colour.text,
      fAxisColor: colour.dim,
      fTickLength: 0.02,
      fNdivisions: divisions,
    });
  }
  // In heights of the title's text: beside the longest label, and below the labels.
  histogram.fYaxis.fTitleOffset = Y_TITLE_OFFSET;
  histogram.fXaxis.fTitleOffset = 1;
  Object.assign(histogram, { fTitle: '', fMinimum: y.min, fMaximum: y.max });
  histogram.fBits |= NO_STATS;
  return histogram;
}
