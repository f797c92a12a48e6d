// What axe-core finds on a page. It is put there by the browser's debugger, past the page's own policy.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { options } from './spec.mjs';

const { source } = createRequire(join(options.packages, 'package.json'))('axe-core');
const ALL = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
const OF_COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };
const GRAVE = ['serious', 'critical'];

// Serious and critical findings within `where`, in words, with the elements.
export async function findings(page, where = ':root', runOnly = ALL) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  const { violations } = await page.evaluate(([selector, rules]) => window.axe.run(selector, { runOnly: rules, resultTypes: ['violations'] }), [where, runOnly]);
  return violations
    .filter(({ impact }) => GRAVE.includes(impact))
    .map(({ id, impact, help, nodes }) => `${impact} ${id}: ${help}: ${nodes.slice(0, 5).map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join(' | ')}`);
}

// … that depend on the theme.
export const colourFindings = (page, where) => findings(page, where, OF_COLOURS);
