/**
 * `npm run test:installed`: packs the application, and tests it installed, on a virtual screen and without
 * a network. It installs a package and adds a user, so it runs as root only, on Debian and its like.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findTensorFlow } from './installation.mjs';
import { PROJECT_DIRECTORY } from './project.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { packagesOfMissing, runSlowTests } from './rigged-tests.mjs';
import { inTerminal } from './terminal.mjs';

const TESTS = 'test/electron/installed';
const INSTALLERS = path.join(PROJECT_DIRECTORY, 'out', 'installers');

/** Programs that are needed, each with its Debian package. */
const PROGRAMS = /** @type {const} */ ({
  dpkg: 'dpkg',
  useradd: 'passwd',
  unshare: 'util-linux',
  ip: 'iproute2',
  'xvfb-run': 'xvfb',
  pkill: 'procps',
});

await inTerminal(() => {
  const obstacle = obstacleToInstalling();
  if (obstacle !== undefined) return runSlowTests(TESTS, { TICKET_INSTALLED_MISSING: obstacle });
  rmSync(INSTALLERS, { recursive: true, force: true });
  const packing = path.join(PROJECT_DIRECTORY, 'packaging', 'package.ts');
  const { status } = spawnSync(process.execPath, [packing, '--rig', 'dir', 'deb'], {
    cwd: PROJECT_DIRECTORY,
    stdio: 'inherit',
  });
  if (status !== 0) throw new ProvisioningError('packing failed.', 'See what it said above.');
  const name = readdirSync(INSTALLERS).find((file) => file.endsWith('.deb'));
  const tensorflow = findTensorFlow();
  if (name === undefined || tensorflow === undefined) throw new Error('there is no package');
  const given = {
    TICKET_INSTALLED_PACKAGE: path.join(INSTALLERS, name),
    TICKET_INSTALLED_TENSORFLOW: tensorflow.directory,
  };
  const withoutNetwork = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
  return runSlowTests(TESTS, given, withoutNetwork);
});

/**
 * Why the package can't be installed here.
 *
 * @returns {string | undefined} a sentence
 */
function obstacleToInstalling() {
  const system = `${process.platform}-${process.arch}`;
  if (system !== 'linux-x64') return `the test rig's Electron is for linux-x64; this is ${system}.`;
  if (process.getuid?.() !== 0) return 'only root may install a package.';
  const missing = packagesOfMissing(PROGRAMS);
  if (missing.length === 0) {
    if (spawnSync('unshare', ['--net', 'true']).status === 0) return undefined;
    return 'this system allows no network namespace ("unshare --net").';
  }
  return `Debian packages are missing: run "apt-get install ${missing.join(' ')}".`;
}
