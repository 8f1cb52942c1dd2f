/** `npm run test:electron`: sets up the Electron for tests and runs them with it, on a virtual screen. */
import { ensureElectronRig } from './electron-rig.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { runSlowTests } from './rigged-tests.mjs';
import { inTerminal } from './terminal.mjs';

const TESTS = 'test/electron/window';

await inTerminal(async () => {
  try {
    const rig = await ensureElectronRig();
    const screen = ['xvfb-run', '--auto-servernum'];
    return await runSlowTests(TESTS, { TICKET_ELECTRON_RIG: rig }, screen);
  } catch (error) {
    if (!(error instanceof ProvisioningError)) throw error;
    return runSlowTests(TESTS, { TICKET_ELECTRON_RIG_MISSING: error.message });
  }
});
