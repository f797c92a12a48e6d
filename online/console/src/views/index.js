// The views, in the order of the navigation. Each is fetched when it is first opened.
export const VIEWS = [
  { name: 'run', title: 'Run', sign: '▶', load: () => import('./Run.svelte') },
  { name: 'spectra', title: 'Spectra', sign: '▥', load: () => import('./Spectra.svelte') },
  { name: 'scope', title: 'Scope', sign: '∿', load: () => import('./Scope.svelte') },
  { name: 'beam', title: 'Beam', sign: '≋', load: () => import('./Beam.svelte') },
  { name: 'health', title: 'Health', sign: '✚', load: () => import('./Health.svelte') },
  { name: 'history', title: 'History', sign: '◷', load: () => import('./History.svelte') },
  { name: 'alarms', title: 'Alarms', sign: '▲', load: () => import('./Alarms.svelte') },
  { name: 'shift', title: 'Shift', sign: '⌂', load: () => import('./Shift.svelte') },
  { name: 'logbook', title: 'Logbook', sign: '✎', load: () => import('./Logbook.svelte') },
  { name: 'runs', title: 'Runs', sign: '☰', load: () => import('./Runs.svelte') },
  { name: 'physics', title: 'Physics', sign: '∑', load: () => import('./Physics.svelte') },
];

export const WALL = { name: 'wall', title: 'Wall', load: () => import('./Wall.svelte') };
