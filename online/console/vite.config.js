import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// Parts of JSROOT that spectra and maps never load: what runs under Node only, geometry, 3-D, ROOT files.
const absent = [
  /^(canvas|fs|jsdom|mathjax|tmp|xhr2|@resvg\/resvg-js|@oneidentity\/zstd-js|three)(\/|$)/,
  /\/(three|three_addons|rntuple|tree|zstd|lzma|TGeoPainter|RCanvasPainter|v7more|webwindow)\.mjs$/,
];

const withoutUnused = {
  name: 'without-unused',
  enforce: 'pre',
  resolveId: (id) => (absent.some((pattern) => pattern.test(id)) ? { id: '\0absent', syntheticNamedExports: true } : null),
  load: (id) => (id === '\0absent' ? 'export default {};' : null),
};

export default defineConfig({
  plugins: [withoutUnused, svelte()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
    reportCompressedSize: false,
  },
});
