/**
 * Downloads and sets up what tests need beside the packages of npm, so that this goes on while something else
 * computes. What can't be had is said by the tests that need it.
 *
 *     node provision/run.mjs scripts/prefetch.ts
 */
import { ensureElectronRig } from '../provision/electron-rig.mjs';
import { setup as setUpPythonReaders } from '../test/support/python-readers.ts';

const outcomes = await Promise.allSettled([ensureElectronRig(), setUpPythonReaders()]);
for (const outcome of outcomes) {
  if (outcome.status === 'rejected') console.error(outcome.reason);
}
const { TICKET_PYTHON_MISSING } = process.env;
if (TICKET_PYTHON_MISSING) console.error(TICKET_PYTHON_MISSING);
