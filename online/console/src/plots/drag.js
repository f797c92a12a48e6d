// The left mouse button on a frame: `held` while it is down, and with Shift a part of the horizontal axis in place of JSROOT's zoom.

export class Drag {
  held = null; // a promise that resolves when the button is up
  #element;
  #select;

  // select(event, bounds): a function ([clientX, done]) that is told where the mouse goes, or null if nothing is chosen here.
  constructor(element, select) {
    this.#element = element;
    this.#select = select;
    element.addEventListener('mousedown', (event) => this.#pressed(event), true);
  }

  #pressed(event) {
    if (event.button !== 0) return;
    let up = null;
    this.held = new Promise((resolve) => (up = resolve));
    const release = () => {
      removeEventListener('mouseup', release, true);
      removeEventListener('blur', release);
      // once JSROOT has zoomed
      setTimeout(() => {
        this.held = null;
        up();
      });
    };
    addEventListener('mouseup', release, true);
    addEventListener('blur', release);
    if (event.shiftKey) this.#begin(event);
  }

  #begin(event) {
    const told = this.#select(event, this.#element.getBoundingClientRect());
    if (!told) return;
    event.preventDefault();
    event.stopPropagation();
    const move = (moved) => told(moved.clientX, false);
    const end = (moved) => {
      removeEventListener('mousemove', move);
      removeEventListener('mouseup', end, true);
      told(moved.clientX, true);
    };
    addEventListener('mousemove', move);
    addEventListener('mouseup', end, true);
  }
}
