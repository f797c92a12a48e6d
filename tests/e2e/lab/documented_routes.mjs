// The routes that the documentation of the console names, with real values for what stands there in capitals.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// { '/api/runs/RUN': '?…' or '', … }: as docs/console/*.md have them behind GET.
function patternsOf(source) {
  const directory = join(source, 'docs/console');
  const texts = readdirSync(directory).filter((name) => name.endsWith('.md')).map((name) => readFileSync(join(directory, name), 'utf8'));
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/\bGET (\/[\w/.-]+)/g)].map(([, route]) => route)))];
}

// values: { 'runs/RUN': [1, …], … } by what stands before the capitals, in turn for each of them; queries: { pattern: ['?a=b', …] },
// one request without a query otherwise. Throws for capitals without a value: what is new in the documentation is asked for, too.
export function documentedRoutes(source, values, queries = {}) {
  const filledIn = (pattern) =>
    pattern.split('/').reduce(
      (routes, part, at, parts) => {
        const word = /^[A-Z]+\d*/.exec(part)?.[0]; // of SHA256.png the first
        if (!word || at === 0) return routes.map((route) => (at === 0 ? part : `${route}/${part}`));
        const known = values[`${parts[at - 1]}/${word}`];
        if (!known) throw new Error(`no values for ${word} in ${pattern}`);
        return routes.flatMap((route) => known.map((value) => `${route}/${part.replace(word, encodeURIComponent(value))}`));
      },
      [''],
    );
  return patternsOf(source).flatMap((pattern) => filledIn(pattern).flatMap((route) => (queries[pattern] ?? ['']).map((query) => route + query)));
}
