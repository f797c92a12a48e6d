// Two fingers on a frame: what lies under each stays under it. `held` while they are down. One finger scrolls the page.
import { pinched } from '../lib/zoom.js';

export class Pinch {
  held = null; // a promise that resolves when fewer than two are down
  #element;
  #frame;
  #first = null; // { view, x, y } when both were down
  #up = null;
  #wanted = null; // zoom to be drawn
  #drawing = null;

  // frame: { ready, rect, view, stay(), show(zoom) } of a Frame.
  constructor(element, frame) {
    this.#element = element;
    this.#frame = frame;
    // What begins decides whether the page scrolls, so that scrolling need not wait for what follows.
    element.addEventListener('touchstart', (event) => this.#pressed(event), { passive: false, capture: true });
    element.addEventListener('touchmove', (event) => this.#moved(event), { passive: true, capture: true });
    for (const end of ['touchend', 'touchcancel']) element.addEventListener(end, (event) => this.#released(event), { capture: true });
  }

  // As parts of the frame's inside from its lower left corner; null: not two are here.
  #fingers({ touches }) {
    const here = [...touches].filter(({ target }) => this.#element.contains(target));
    if (here.length !== 2) return null;
    here.sort((one, other) => one.identifier - other.identifier);
    const bounds = this.#element.getBoundingClientRect();
    const { left, top, width, height } = this.#frame.rect;
    return {
      x: here.map(({ clientX }) => (clientX - bounds.left - left) / width),
      y: here.map(({ clientY }) => 1 - (clientY - bounds.top - top) / height),
    };
  }

  #pressed(event) {
    const fingers = this.#frame.ready ? this.#fingers(event) : null;
    if (fingers === null || this.#first) return this.#released(event);
    event.preventDefault();
    event.stopPropagation();
    this.#first = { view: this.#frame.view, ...fingers };
    this.held = new Promise((resolve) => (this.#up = resolve));
    this.#frame.stay();
  }

  #moved(event) {
    const fingers = this.#first && this.#frame.ready ? this.#fingers(event) : null;
    if (!fingers) return;
    event.stopPropagation();
    const { view, x, y } = this.#first;
    this.#wanted = { x: pinched(view.x, x, fingers.x), y: pinched(view.y, y, fingers.y) };
    this.#drawing ??= this.#draw();
  }

  // As often as the axes can be drawn.
  async #draw() {
    while (this.#wanted !== null && this.#frame.ready) {
      const zoom = this.#wanted;
      this.#wanted = null;
      await this.#frame.show(zoom).catch((failure) => console.error(failure));
    }
    this.#drawing = null;
  }

  #released(event) {
    if (!this.#first || (this.#frame.ready && this.#fingers(event))) return;
    this.#first = null;
    Promise.resolve(this.#drawing).then(() => {
      this.held = null;
      this.#up();
    });
  }
}
