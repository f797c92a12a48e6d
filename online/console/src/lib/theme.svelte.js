// Dark unless chosen otherwise; the wall is always dark and large. What a person chose stays in this browser.
const KEPT = 'spillgate-theme';

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // no storage, no memory
  }
}

class Look {
  wall = new URLSearchParams(location.search).has('wall');
  theme = $state(this.wall ? 'dark' : kept() === 'light' ? 'light' : 'dark');
  narrow = $state(false);

  constructor() {
    const phone = matchMedia('(max-width: 700px)');
    this.narrow = phone.matches;
    phone.addEventListener('change', () => {
      this.narrow = phone.matches;
      this.#apply();
    });
    this.#apply();
  }

  get look() {
    return this.wall ? 'wall' : this.narrow ? 'phone' : 'desk';
  }

  // Height of axis labels in px.
  get textPx() {
    return this.wall ? 16 : 12;
  }

  toggle() {
    this.theme = this.theme === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(KEPT, this.theme);
    } catch {
      // chosen for this visit only
    }
    this.#apply();
  }

  #apply() {
    Object.assign(document.documentElement.dataset, { theme: this.theme, look: this.look });
  }
}

export const look = new Look();
