// Who holds the controls, seen from this browser: 'not-offered' (a server without controls), 'nobody', 'me' or 'other'.
import { feed } from './feed.svelte.js';
import { session } from './session.svelte.js';

const isMe = (one) => (session.id && one.session ? one.session === session.id : session.person !== null && one.person === session.person);

export function holding() {
  if (feed.offered.controls === false) return 'not-offered';
  const holder = feed.controls?.holder;
  if (!holder) return 'nobody';
  return isMe(holder) ? 'me' : 'other';
}

// Whether the controls are offered to this browser.
export function offeredToMe() {
  const offer = feed.controls?.offer;
  if (!offer || !session.person || holding() === 'me') return false;
  return isMe(offer);
}

// Why this person may not do from here what needs no controls; empty if they may. role: 'person' (anybody who signed in), 'shift' or
// 'expert'.
export function whyNotAs(role) {
  if (feed.silent) return 'spillgate-online is not heard';
  if (session.offered && !session.person) return 'sign in to act';
  if (session.offered && role !== 'person' && !session.can(role)) return `${session.person} has no ${role} role`;
  return '';
}

// Why nothing may be asked of the daemons from here; empty if it may.
export function whyNot() {
  if (feed.silent) return 'spillgate-online is not heard';
  if (session.offered && !session.person) return 'sign in to act';
  if (session.offered && !session.can('shift')) return `${session.person} has no shift role`;
  const held = holding();
  if (held === 'other') return `${feed.controls.holder.person} holds the controls`;
  if (held === 'nobody') return 'take the controls first';
  return '';
}
