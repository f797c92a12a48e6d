// A list that the server gives in pages, newest first: the newest page is fetched again whenever something is new, older ones when
// somebody wants them.
export class Paged {
  items = $state.raw([]);
  more = $state(null); // what to ask before for the next page; null: there are no older ones
  loaded = $state(false);
  trouble = $state('');
  busy = $state(false); // with an older page

  #ask;
  #key;
  #number = 0;

  // ask(before or null): { ok, items, more, reason }. key(item): descends in the list.
  constructor(ask, key) {
    this.#ask = ask;
    this.#key = key;
  }

  // From the beginning, as after another search. What is shown stays until the answer is there.
  renew() {
    return this.#newest((items, more) => Object.assign(this, { items, more }));
  }

  // What is new or has changed; older pages stay.
  refresh() {
    return this.#newest((items, more) => {
      const last = items.length > 0 ? this.#key(items.at(-1)) : null;
      const older = last === null ? [] : this.items.filter((item) => this.#key(item) < last);
      // More that is new than a page: what lies between is not there, so the rest goes.
      const joins = more === null || this.items.some((item) => this.#key(item) >= last);
      if (joins && older.length > 0) this.items = [...items, ...older];
      else Object.assign(this, { items, more });
    });
  }

  async older() {
    if (this.more === null || this.busy) return;
    this.busy = true;
    const number = this.#number;
    const before = this.more;
    const answer = await this.#ask(before);
    this.busy = false;
    this.trouble = answer.ok ? '' : answer.reason;
    if (!answer.ok || number !== this.#number || before !== this.more) return;
    const last = this.items.length > 0 ? this.#key(this.items.at(-1)) : Infinity; // of many that do not fit, a page may hold none
    Object.assign(this, { items: [...this.items, ...answer.items.filter((item) => this.#key(item) < last)], more: answer.more });
  }

  // Of several questions the last one counts.
  async #newest(take) {
    const number = ++this.#number;
    const answer = await this.#ask(null);
    if (number !== this.#number) return;
    this.loaded = true;
    this.trouble = answer.ok ? '' : answer.reason;
    if (answer.ok) take(answer.items, answer.more);
  }
}
