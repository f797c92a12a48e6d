import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// JSROOT asks for these under Node only, and for three.js in 3-D drawings only; the console draws in two dimensions.
const absent = /^(canvas|fs|jsdom|mathjax|tmp|xhr2|gl|three|@resvg\/resvg-js|@oneidentity\/zstd-js)(\/|$)/;

const withoutUnused = {
  name: 'without-unused',
  enforce: 'pre',
  resolveId: (id) => (absent.test(id) ? { id: '\0absent', syntheticNamedExports: true } : null),
  load: (id) => (id === '\0absent' ? 'export default {};' : null),
};

export default defineConfig({
  plugins: [withoutUnused, svelte()],
  resolve: {
    // The two-dimensional painters by themselves: jsroot/draw would bring all of ROOT's drawings along.
    alias: { '#jsroot': fileURLToPath(new URL('node_modules/jsroot/modules', import.meta.url)) },
  },
  optimizeDeps: { exclude: ['jsroot'] }, // while developing: packed, it would be there twice, with two styles
  build: {
    target: 'es2022',
    outDir: 'dist',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
  },
});
