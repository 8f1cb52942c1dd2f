/**
 * Where tests of the window's code run: Node without a DOM, but with that code, and Svelte's, compiled
 * as for a browser, so that state and effects are alive.
 */
import type { Environment } from 'vitest/runtime';

const environment: Environment = {
  name: 'window',
  viteEnvironment: 'client',
  setup: () => ({ teardown: () => undefined }),
};

// Vitest takes an environment by its file.
export default environment;
