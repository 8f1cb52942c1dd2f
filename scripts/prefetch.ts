/**
 * Downloads and sets up what tests need beside the packages of npm, so that this goes on while something else
 * computes. What can't be had is said by the tests that need it.
 *
 *     node provision/run.mjs scripts/prefetch.ts
 */
import { ensureElectronRig } from '../provision/electron-rig.mjs';
import { setup as setUpPythonReaders } from '../test/support/python-readers.ts';

await Promise.allSettled([ensureElectronRig(), setUpPythonReaders()]);
