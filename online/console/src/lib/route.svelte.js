// Which view is open: #/VIEW/DETAIL.
const FIRST = 'run';

function parts() {
  const [view, ...detail] = location.hash.replace(/^#\/?/, '').split('/');
  return { view: view || FIRST, detail: detail.map(decodeURIComponent).join('/') };
}

class Route {
  view = $state(parts().view);
  detail = $state(parts().detail);

  constructor() {
    addEventListener('hashchange', () => Object.assign(this, parts()));
  }

  go(view, detail = '') {
    location.hash = this.link(view, detail);
  }

  // The same without a step of its own in the browser's history.
  replace(view, detail = '') {
    location.replace(this.link(view, detail));
  }

  // For the `href` of a link. What means nothing in a fragment stays readable.
  link(view, detail = '') {
    return `#/${view}${detail ? `/${encodeURIComponent(detail).replace(/%(3D|2C|26|3A|2F)/g, decodeURIComponent)}` : ''}`;
  }
}

export const route = new Route();
