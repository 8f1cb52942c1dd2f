/** `npm run test:electron`: sets up the Electron for tests and runs them with it, on a virtual screen. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureElectronRig } from './electron-rig.mjs';
import { PROJECT_DIRECTORY, requiredPackageDirectory } from './project.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { inTerminal } from './terminal.mjs';

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {readonly string[]} wrapper the command that runs the tests
 * @returns {Promise<number>} the exit code
 */
function runTests(environment, wrapper) {
  const vitest = path.join(requiredPackageDirectory('vitest'), 'vitest.mjs');
  const [command = process.execPath, ...args] = [
    ...wrapper,
    ...[process.execPath, vitest, 'run', '--project', 'slow', 'test/electron/window'],
  ];
  const tests = spawn(command, args, {
    cwd: PROJECT_DIRECTORY,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    tests.once('error', reject);
    tests.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

await inTerminal(async () => {
  try {
    const rig = await ensureElectronRig();
    return await runTests({ TICKET_ELECTRON_RIG: rig }, ['xvfb-run', '--auto-servernum']);
  } catch (error) {
    if (!(error instanceof ProvisioningError)) throw error;
    return runTests({ TICKET_ELECTRON_RIG_MISSING: error.message }, []);
  }
});
