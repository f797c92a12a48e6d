// Frame and axes of one pad, by JSROOT, with its zoom; and a canvas over the frame's inside for what changes often. JSROOT draws again
// when axes, zoom or size change, which is seldom; drawing bins on the canvas costs a hundredth of that.
import { cleanup, ObjectPainter } from '#jsroot/base/ObjectPainter.mjs';
import { TH1Painter } from '#jsroot/hist2d/TH1Painter.mjs';
import { zoomOfKey } from '../lib/zoom.js';
import { Drag } from './drag.js';
import { axesOf, prepare } from './jsroot.js';
import { Pinch } from './pinch.js';

// In JSROOT's list of painters after the axes: it hears of every redrawing, also of those by mouse.
class Layer extends ObjectPainter {
  constructor(element, heard) {
    super(element);
    this.heard = heard;
  }

  redraw() {
    this.heard();
  }
}

// gStyle is JSROOT's one style: canvases begin one after the other.
let beginnings = Promise.resolve();

export class Frame {
  #element;
  #margins;
  #textPx;
  #redrawn;
  #zoomed;
  #selecting;
  #drag;
  #pinch;
  #painter = null;
  #theme = 'dark';
  #axes = null; // as given to begin()
  #canvas;
  #context;
  #work = Promise.resolve();
  #zooms = []; // what zoom-back goes back to
  #zoom = null;
  #goingBack = false;
  #closed = false;

  // margins: { left, right, top, bottom } in px. redrawn() is called when axes, zoom or size have changed: draw all again.
  // zoomed(zoom): a person has zoomed here. selecting([from, to], done): Shift and drag along the horizontal axis.
  constructor(element, { margins, textPx, layer, redrawn, zoomed = () => {}, selecting = null }) {
    this.#element = element;
    this.#margins = margins;
    this.#textPx = textPx;
    this.#redrawn = redrawn;
    this.#zoomed = zoomed;
    this.#selecting = selecting;
    this.#drag = new Drag(element, (event, bounds) => this.#select(event, bounds));
    this.#pinch = new Pinch(element, this);
    this.#canvas = document.createElement('canvas');
    this.#canvas.dataset.layer = layer;
    this.#canvas.style.cssText = 'position:absolute;pointer-events:none';
    this.#context = this.#canvas.getContext('2d');
  }

  get ready() {
    return this.#painter !== null;
  }

  get context() {
    return this.#context;
  }

  get canvas() {
    return this.#canvas;
  }

  // Draws everything anew. axes: { x, y, logX, logY } as axesOf() takes them; zoom: as `zoom` gives it, or null, for the first time.
  begin(theme, axes, zoom) {
    return this.#then(() => {
      const shown = this.ready ? this.#zoom : zoom; // what was zoomed meanwhile stays
      beginnings = beginnings.then(() => this.#begin(theme, axes, shown)).catch((failure) => console.error(failure));
      return beginnings;
    });
  }

  // One thing after the other, and nothing while a person drags: a frame that is drawn anew forgets where the drag began.
  #then(step) {
    this.#work = this.#work
      .then(() => this.#drag.held)
      .then(() => this.#pinch.held)
      .then(step)
      .catch((failure) => console.error(failure));
    return this.#work;
  }

  // A part of the horizontal axis; only inside of the frame.
  #select(event, bounds) {
    const begin = this.#selecting && this.valueAt(event.clientX - bounds.left, event.clientY - bounds.top);
    if (!begin) return null;
    const { left, width } = this.rect;
    const at = (clientX) => this.#painter.getFramePainter().revertAxis('x', Math.max(0, Math.min(width, clientX - bounds.left - left)));
    return (clientX, done) => this.#selecting([begin.x, at(clientX)].sort((one, other) => one - other), done);
  }

  // The axes, as zoom.js takes them.
  get view() {
    const frame = this.#painter.getFramePainter();
    const axis = (name) => ({
      range: [frame[`scale_${name}min`], frame[`scale_${name}max`]],
      whole: [frame[`${name}min`], frame[`${name}max`]],
      log: Boolean(frame[`log${name}`]),
      bins: this.#axes[name].bins,
    });
    return { x: axis('x'), y: axis('y') };
  }

  // A key on the pad; flat: as zoomOfKey() takes it. True: it was for the zoom.
  press({ key, shiftKey }, flat) {
    if (!this.ready) return false;
    if (key === 'Backspace') return Boolean(this.zoomBack());
    const wanted = () => zoomOfKey({ key, shiftKey }, this.view, flat);
    if (wanted() === undefined) return false;
    this.#then(() => {
      if (!this.ready || wanted() === undefined) return null;
      this.stay();
      return this.show(wanted());
    });
    return true;
  }

  // A person's zoom begins: zoom-back leads to what is shown now.
  stay() {
    this.#zooms.push(this.#zoom);
  }

  // Without anything to go back to.
  async show(zoom) {
    const [x, y] = [zoom?.x ?? [0, 0], zoom?.y ?? [0, 0]];
    this.#goingBack = true;
    Object.assign(this.#painter.getFramePainter(), { zoom_xmin: x[0], zoom_xmax: x[1], zoom_ymin: y[0], zoom_ymax: y[1] });
    try {
      await this.#painter.redrawPad();
    } finally {
      this.#goingBack = false;
    }
  }

  async #begin(theme, axes, zoom) {
    const { clientWidth: width, clientHeight: height } = this.#element;
    if (this.#closed || width < 40 || height < 40) return;
    this.#clear();
    this.#theme = theme;
    this.#axes = axes;
    const { left, right, top, bottom } = this.#margins;
    prepare(theme, { left: left / width, right: right / width, top: top / height, bottom: bottom / height });
    const painter = await TH1Painter.draw(this.#element, this.#histogram(axes.y, axes.logY), 'axis');
    if (this.#closed) return cleanup(this.#element);
    const pad = painter.getPadPainter().getRootPad(true);
    Object.assign(pad, { fLogx: axes.logX ? 1 : 0, fLogy: axes.logY ? 1 : 0 });
    this.#painter = painter;
    new Layer(this.#element, () => this.#heard()).addToPadPrimitives();
    const svg = this.#element.querySelector('svg');
    svg?.setAttribute('aria-hidden', 'true');
    this.#element.appendChild(this.#canvas);
    this.#zoom = zoom;
    const frame = painter.getFramePainter();
    if (zoom) await frame.zoom(...zoom.x, ...zoom.y);
    if (!zoom || !this.#context || axes.logX || axes.logY) await painter.redrawPad();
    this.#place();
    this.#redrawn();
  }

  // Labels of a logarithmic axis are JSROOT's choice.
  #histogram(y, logY) {
    const { top, bottom } = this.#margins;
    return axesOf(this.#theme, this.#axes.x, y, this.#textPx, logY ? Infinity : this.#element.clientHeight - top - bottom);
  }

  // The same axes with another range; zoomed axes stay as they are.
  setRange(min, max, logY) {
    return this.#then(async () => {
      if (!this.ready || this.#closed) return;
      // Only a new object makes JSROOT look at its range again.
      const frame = this.#painter.getFramePainter();
      // What is not called a person's zoom, JSROOT takes from the new object's axes, which have none.
      for (const axis of ['x', 'y']) if (frame[`zoom_${axis}min`] !== frame[`zoom_${axis}max`]) frame.zoomChangedInteractive(axis, true);
      this.#painter.updateObject(this.#histogram({ ...this.#axes.y, min, max }, logY));
      Object.assign(this.#painter.getObject(), { fMinimum: min, fMaximum: max });
      this.#painter.getPadPainter().getRootPad(true).fLogy = logY ? 1 : 0;
      await this.#painter.redrawPad();
    });
  }

  #heard() {
    if (!this.ready) return;
    const zoomed = this.#remember();
    this.#place();
    this.#redrawn();
    if (zoomed) this.#zoomed(this.#zoom);
  }

  // { x: [min, max], y: [min, max] }, both 0 where not zoomed; null if neither is.
  get zoom() {
    return this.#zoom;
  }

  // True: it is not the zoom that we know of.
  #remember() {
    const now = this.#zoomOfFrame();
    if (JSON.stringify(now) === JSON.stringify(this.#zoom)) return false;
    if (!this.#goingBack) this.#zooms.push(this.#zoom);
    this.#zoom = now;
    return true;
  }

  #zoomOfFrame() {
    const { zoom_xmin, zoom_xmax, zoom_ymin, zoom_ymax } = this.#painter.getFramePainter();
    const x = zoom_xmin === zoom_xmax ? [0, 0] : [zoom_xmin, zoom_xmax];
    const y = zoom_ymin === zoom_ymax ? [0, 0] : [zoom_ymin, zoom_ymax];
    return x[0] === x[1] && y[0] === y[1] ? null : { x, y };
  }

  zoomBack() {
    return this.goTo(this.#zooms.pop() ?? null);
  }

  resetZoom() {
    this.#zooms = [];
    return this.goTo(null);
  }

  // Shows the same part of the horizontal axis as another frame does; [0, 0]: all of it. Nobody has zoomed here.
  followX([min, max]) {
    return this.#then(async () => {
      if (!this.ready) return;
      const frame = this.#painter.getFramePainter();
      if (frame.zoom_xmin === min && frame.zoom_xmax === max) return;
      Object.assign(frame, { zoom_xmin: min, zoom_xmax: max });
      this.#zooms.push(this.#zoom);
      this.#zoom = this.#zoomOfFrame();
      await this.#painter.redrawPad();
    });
  }

  // As if a person had zoomed; null: all of the axes.
  goTo(zoom) {
    return this.#then(() => (this.ready ? this.show(zoom) : null));
  }

  // The canvas lies over the frame's inside, a pixel for a pixel of the screen.
  #place() {
    const { left, top, width, height } = this.rect;
    const dense = window.devicePixelRatio || 1;
    const [w, h] = [Math.max(1, Math.round(width * dense)), Math.max(1, Math.round(height * dense))];
    if (this.#canvas.width !== w || this.#canvas.height !== h) Object.assign(this.#canvas, { width: w, height: h });
    Object.assign(this.#canvas.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  }

  get rect() {
    const frame = this.#painter.getFramePainter();
    return { left: frame.getFrameX(), top: frame.getFrameY(), width: frame.getFrameWidth(), height: frame.getFrameHeight() };
  }

  // Functions from values to pixels of the canvas, and what of the axes is in view.
  get scales() {
    const frame = this.#painter.getFramePainter();
    const dense = this.#canvas.width / frame.getFrameWidth();
    return {
      dense,
      x: (value) => frame.grx(value) * dense,
      y: (value) => frame.gry(value) * dense,
      xRange: [frame.scale_xmin, frame.scale_xmax],
      yRange: [frame.scale_ymin, frame.scale_ymax],
      logY: Boolean(frame.logy),
    };
  }

  // The value under a pixel of the pad; null outside of the frame.
  valueAt(x, y) {
    if (!this.ready) return null;
    const { left, top, width, height } = this.rect;
    if (x < left || y < top || x > left + width || y > top + height) return null;
    const frame = this.#painter.getFramePainter();
    return { x: frame.revertAxis('x', x - left), y: frame.revertAxis('y', y - top) };
  }

  #clear() {
    this.#painter = null;
    this.#canvas.remove();
    cleanup(this.#element);
  }

  close() {
    this.#closed = true;
    this.#clear();
  }
}
