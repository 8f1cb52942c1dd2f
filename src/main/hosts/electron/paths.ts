/** The files of the application, in the project's folder or in an installed package. */
import path from 'node:path';

/** The bundle is out/main/main.cjs. */
export const APPLICATION = path.resolve(__dirname, '../..');
/**
 * What other processes run or load. In a package it lies beside the archive of the main process,
 * because Node reads no archives.
 */
export const WORKBENCH =
  path.basename(APPLICATION) === 'app.asar'
    ? path.join(path.dirname(APPLICATION), 'workbench')
    : APPLICATION;
export const WORKBENCH_ENTRY = path.join(WORKBENCH, 'src/main/hosts/electron/workbench-entry.ts');
export const PRELOAD = path.join(APPLICATION, 'out/preload/preload.cjs');
export const WINDOW_FOLDER = path.join(WORKBENCH, 'out/renderer');
