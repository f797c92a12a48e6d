// Who may act in a laboratory: a people file as `spillgate-online person add` keeps it, and the tokens that it printed.
import { createHash } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';

const person = (name, roles, more = '') => ({ name, roles, more, token: createHash('sha256').update(`token of ${name}`).digest('hex') });

export const PEOPLE = {
  shift: person('A. Shift', ['SHIFT']),
  relief: person('B. Relief', ['SHIFT']),
  expert: person('C. Expert', ['SHIFT', 'EXPERT']),
  opener: person('U. Opener', ['UNBLIND']),
  guest: person('D. Guest', []),
  gone: person('E. Gone', ['SHIFT', 'EXPERT'], 'expires_utc_s: 1000000000'),
};

// The header of a script's request that acts for a person.
export const bearer = ({ token }) => ({ Authorization: `Bearer ${token}` });

// Hashes alone.
const peopleText = () =>
  Object.values(PEOPLE)
    .map(({ name, roles, more, token }) => {
      const hash = createHash('sha256').update(token).digest('hex');
      return `person { name: "${name}" ${roles.map((role) => `role: ${role} `).join('')}token_sha256: "${hash}" ${more} }\n`;
    })
    .join('');

// Writes the console's configuration beside the experiment's, NAME-console.txtpb, with these people.
export function writeConsole(config, more = '') {
  const people = config.replace(/\.txtpb$/, '-people.txtpb');
  writeFileSync(people, peopleText());
  chmodSync(people, 0o600);
  writeFileSync(config.replace(/\.txtpb$/, '-console.txtpb'), `people_file: "${people}"\n${more}\n`);
}
