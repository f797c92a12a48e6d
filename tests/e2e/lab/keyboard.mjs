// Where the Tab key leads.
const CONTROLS = 'a[href], button, input, select, textarea, summary, [data-action]';

// Presses Tab, or Shift+Tab, from the top of the page, or within its modal dialog, until the focus is there again: what scrolls
// takes a press as well, and is not counted. How many elements it reached; and as HTML what it missed, though it could be used
// the whole time, and what held the focus. At either end of the page the browser's own process moves the focus on, and presses may
// overtake it; a field of a date takes one for each of its parts: only what takes ten on end holds.
export async function tabThrough(page, key = 'Tab') {
  const usable = await page.evaluate((controls) => {
    const [reached, held] = [new Set(), new Set()];
    const patience = 10; // presses
    const look = () => {
      const modal = [...document.querySelectorAll('dialog')].find((dialog) => dialog.matches(':modal'));
      // Of radio buttons Tab reaches one of each group.
      return [...(modal ?? document).querySelectorAll(`${controls}, [tabindex]`)].filter(
        (one) =>
          (one.tabIndex >= 0 || one.matches(controls)) &&
          !(one.disabled || one.type === 'radio' || one.ariaHidden === 'true') &&
          one.checkVisibility({ visibilityProperty: true }),
      );
    };
    document.activeElement?.blur();
    let [last, times] = [null, 0];
    const over = new AbortController();
    document.addEventListener('focusin', ({ target }) => reached.add(target), { signal: over.signal });
    document.addEventListener(
      'keydown',
      ({ key, target }) => {
        if (key !== 'Tab') return;
        times = target === last ? times + 1 : 1;
        last = target;
        if (times >= patience && target !== document.body) held.add(target);
      },
      { signal: over.signal, capture: true },
    );
    window.tabbed = { reached, held, look, over, before: look() };
    return window.tabbed.before.length;
  }, CONTROLS);
  const around = async () => {
    for (let presses = 0; presses < usable + 25; ++presses) await page.keyboard.press(key);
  };
  const missing = () => page.evaluate(() => window.tabbed.look().some((one) => window.tabbed.before.includes(one) && !window.tabbed.reached.has(one)));
  await around();
  for (let more = 0; more < 3 && (await missing()); ++more) await around();
  return page.evaluate(() => {
    const { reached, held, look, over, before } = window.tabbed;
    over.abort();
    const after = new Set(look());
    const html = (elements) => elements.map((one) => one.outerHTML.slice(0, 200));
    return { reached: reached.size, missed: html(before.filter((one) => after.has(one) && !reached.has(one))), held: html([...held]) };
  });
}
