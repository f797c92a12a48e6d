// Who is signed in, and who holds the controls.
import { ask, post, useCsrf } from './act.js';

class Session {
  offered = $state(null); // whether this server knows persons; null: not asked yet
  person = $state(null);
  roles = $state.raw([]);
  id = $state(null);
  #changed = null;

  // Calls back when somebody has signed in or out.
  onChange(callback) {
    this.#changed = callback;
  }

  async refresh() {
    const answer = await ask('/api/session');
    if (answer.absent) {
      this.offered = false;
    } else if (answer.ok) {
      this.#take(answer.body);
    } else if (answer.status === 401) {
      this.#take({});
    }
  }

  // Null, or why not.
  async signIn(token) {
    const answer = await post('/api/session', { token });
    if (!answer.ok) return answer.absent ? 'this server knows no persons' : answer.reason;
    this.#take(answer.body);
    if (!answer.body?.csrf) await this.refresh();
    this.#changed?.();
    return null;
  }

  async signOut() {
    await post('/api/session/end');
    this.#take({});
    await this.refresh();
    this.#changed?.();
  }

  #take(body) {
    this.offered = true;
    this.person = body?.person || null;
    this.roles = body?.roles ?? [];
    this.id = body?.session ?? null;
    useCsrf(body?.csrf);
  }

  can(role) {
    return this.offered === false || this.roles.map((name) => name.toLowerCase()).includes(role);
  }
}

export const session = new Session();

const TOKEN_MARK = '#token=';

// The link that run.sh prints signs in with its fragment, which no server sees; it leaves the address at once.
export async function signInByAddress() {
  if (!location.hash.startsWith(TOKEN_MARK)) return null;
  const token = decodeURIComponent(location.hash.slice(TOKEN_MARK.length));
  history.replaceState(null, '', `${location.pathname}${location.search}#/run`);
  return session.signIn(token);
}
