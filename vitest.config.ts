import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { fileURLToPath } from 'node:url';
import { withTensorFlowEnvironment } from './provision/environment.mjs';
import { ClosingLineReporter } from './test/support/closing-line-reporter.ts';

/**
 * Tests of code whose modules keep nothing from one use to the next. Their files share processes, which load
 * its modules and TensorFlow once.
 */
const TOGETHER = [
  'test/shared/**/*.test.ts',
  'test/main/engine/{analyses,architectures,data-summary,imports,initializers,kernels}/**/*.test.ts',
  'test/main/engine/{layers,lottery,normalizations,pruning,training}/**/*.test.ts',
];

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLineReporter()],
    // A process for each file, unless a project says otherwise: TensorFlow is loaded once a process and holds
    // its memory until the end.
    pool: 'forks',
    maxWorkers: '100%',
    env: {
      // Set here as well, for a vitest that an editor starts.
      ...withTensorFlowEnvironment({}),
      // The commands and workers that tests start, some hundreds, spend half of their time on
      // compiling the same modules.
      NODE_COMPILE_CACHE: fileURLToPath(
        new URL('node_modules/.cache/compiled-modules', import.meta.url),
      ),
      // Windows look at submitted plans every half minute, which tests would wait for.
      TICKET_LOOK_SECONDS: '1',
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          globalSetup: 'test/support/python-readers.ts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.slow.test.ts', 'test/renderer/**', ...TOGETHER],
          testTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'together',
          include: TOGETHER,
          exclude: ['test/**/*.slow.test.ts'],
          isolate: false,
          testTimeout: 180_000,
        },
      },
      {
        // The window's state, without a window; what it looks like is seen in a real browser.
        extends: true,
        plugins: [svelte()],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'renderer',
          include: ['test/renderer/**/*.test.ts'],
          exclude: ['test/**/*.slow.test.ts'],
          environment: './test/support/window-environment.ts',
          isolate: false,
          testTimeout: 180_000,
        },
      },
      {
        // Real searches, kills and end-to-end runs. They keep a core busy for minutes, so they come
        // after the unit tests, which have shorter time limits. Much of their time is starting and
        // waiting, so several run at once.
        extends: true,
        test: {
          name: 'slow',
          include: ['test/**/*.slow.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
