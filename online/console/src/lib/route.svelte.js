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
    location.hash = `#/${view}${detail ? `/${encodeURIComponent(detail)}` : ''}`;
  }
}

export const route = new Route();
