/** Builds the desktop application: main process, preload script, and the window as everywhere else. */
import { defineConfig, mergeConfig } from 'electron-vite';
import { CALLS } from './src/shared/contract/calls.ts';
import rendererConfig from './vite.renderer.config.ts';

/** The Node of Electron 22, the oldest that the window is tested in. */
const TARGET = 'node16';

/** Set by the tests of the window, whose Electron is older than `webUtils.getPathForFile`. */
const FILES_HAVE_PATHS = process.env['TICKET_FILES_HAVE_PATHS'] === '1';

/** CommonJS: a sandboxed preload script takes nothing else, nor does the main process of Electron 22. */
const output = { format: 'cjs', entryFileNames: '[name].cjs' } as const;

export default defineConfig({
  main: {
    build: {
      target: TARGET,
      externalizeDeps: false,
      rolldownOptions: { input: { main: 'src/main/hosts/electron/main.ts' }, output },
    },
  },
  preload: {
    define: {
      __CALL_NAMES__: JSON.stringify(Object.keys(CALLS)),
      __FILES_HAVE_PATHS__: JSON.stringify(FILES_HAVE_PATHS),
    },
    build: {
      target: TARGET,
      externalizeDeps: false,
      rolldownOptions: { input: { preload: 'src/preload/preload.ts' }, output },
    },
  },
  // electron-vite leaves the window unminified unless told otherwise.
  renderer: mergeConfig(rendererConfig, { build: { minify: true } }),
});
