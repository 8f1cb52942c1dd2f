import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { withTensorFlowEnvironment } from './provision/environment.mjs';
import { ClosingLineReporter } from './test/support/closing-line-reporter.ts';

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLineReporter()],
    // A process for each file: TensorFlow is loaded once a process and holds its memory until the end.
    pool: 'forks',
    maxWorkers: '100%',
    // Set here as well, for a vitest that an editor starts.
    env: withTensorFlowEnvironment({}),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.slow.test.ts', 'test/renderer/**'],
          testTimeout: 30_000,
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
          testTimeout: 30_000,
        },
      },
      {
        // Real searches, kills and end-to-end runs. They use every core, so they come one by one, last.
        extends: true,
        test: {
          name: 'slow',
          include: ['test/**/*.slow.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
