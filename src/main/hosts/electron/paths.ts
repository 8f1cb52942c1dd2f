/** The files of the application, in the project's folder or in an installed package. */
import path from 'node:path';

/** The bundle is out/main/main.cjs. */
const PROJECT = path.resolve(__dirname, '../..');
/** Files that another process runs or loads must be outside the archive that holds the rest. */
export const UNPACKED = PROJECT.replace(/app[.]asar$/, 'app.asar.unpacked');
export const WORKBENCH_ENTRY = path.join(UNPACKED, 'src/main/hosts/electron/workbench-entry.ts');
export const PRELOAD = path.join(PROJECT, 'out/preload/preload.cjs');
export const WINDOW_FOLDER = path.join(PROJECT, 'out/renderer');
