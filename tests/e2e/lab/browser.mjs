// Chromium (package chromium; none is downloaded), driven by the pinned playwright-core.
import { createRequire } from 'node:module';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CHROMIUM = '/usr/bin/chromium';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage', // a test may fill that
  '--host-resolver-rules=MAP *.example.org 127.0.0.1', // names of the documentation lead to this machine
];

function chromium(packages) {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is missing: apt-get install chromium`);
  return createRequire(join(packages, 'package.json'))('playwright-core').chromium;
}

export function openBrowser(packages) {
  return chromium(packages).launch({ executablePath: CHROMIUM, args: ARGUMENTS });
}

// A browser with a profile of its own in the empty folder `profile`, and the pid of its first process.
export async function openProfile(packages, profile, viewport) {
  const context = await chromium(packages).launchPersistentContext(profile, { executablePath: CHROMIUM, args: ARGUMENTS, viewport });
  const isIt = (pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.includes(`--user-data-dir=${profile}`) && !words.some((word) => word.startsWith('--type='));
    } catch {
      return false; // it has ended meanwhile
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isIt(name)).map(Number);
  if (pids.length === 0) throw new Error(`no process of the browser with the profile ${profile}`);
  return { context, pid: Math.min(...pids) };
}
