import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const VITEST = path.join(
  path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
);
const REPORTER = new URL('./closing-line-reporter.ts', import.meta.url).href;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'closing-line-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs vitest over these files, as `npm test` does, and gives the lines it wrote to stdout. */
function runTests(files: Readonly<Record<string, string>>, options: readonly string[] = []) {
  const config = `
    import { ClosingLineReporter } from '${REPORTER}';
    export default {
      test: {
        globals: true,
        include: ['**/*.test.js'],
        reporters: ['default', new ClosingLineReporter()],
      },
    };`;
  for (const [name, text] of Object.entries({ ...files, 'vitest.config.mjs': config })) {
    writeFileSync(path.join(folder, name), text);
  }
  const { stdout, status } = spawnSync(process.execPath, [VITEST, 'run', ...options], {
    cwd: folder,
    encoding: 'utf8',
    env: environmentOutsideTests(),
  });
  return { lines: stdout.trimEnd().split('\n'), status };
}

/** The inner run must not take itself for a worker of the outer one. */
function environmentOutsideTests(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
  return { ...Object.fromEntries(ours), NO_COLOR: '1' };
}

describe('the closing line', () => {
  it('is the last line and counts tests, with every skip and its reason above it', () => {
    const { lines, status } = runTests({
      'sums.test.js': `
        describe('sums', () => {
          it('adds', () => expect(1 + 1).toBe(2));
          it('adds twice', () => expect(1 + 1 + 1).toBe(3));
          it('needs an abacus', (context) => context.skip('no abacus here'));
        });`,
    });

    expect(lines.slice(-2)).toEqual([
      'skipped: sums.test.js > sums > needs an abacus: no abacus here',
      '2 passed, 0 failed, 1 skipped',
    ]);
    expect(status).toBe(0);
  });

  it('counts each failed test, file that does not load, failed hook and stray error', () => {
    const { lines, status } = runTests({
      'fails.test.js': `
        it('adds', () => expect(1 + 1).toBe(2));
        it('adds wrongly', () => expect(1 + 1).toBe(3));`,
      'missing.test.js': `import './nowhere.js';`,
      'hook.test.js': `
        describe('with a hook', () => {
          afterAll(() => { throw new Error('left dirty'); });
          it('passes', () => expect(1).toBe(1));
        });`,
      'stray.test.js': `
        it('passes', async () => {
          setTimeout(() => { throw new Error('nobody catches this'); });
          await new Promise((resolve) => setTimeout(resolve, 50));
        });`,
    });

    expect(lines.at(-1)).toBe('3 passed, 4 failed, 0 skipped');
    expect(status).toBe(1);
  });

  it('counts a skip without a reason as failed', () => {
    const { lines, status } = runTests({
      'lazy.test.js': `
        it.skip('skipped', () => {});
        it.todo('to do');
        it('gives up', (context) => context.skip());
        it('passes', () => expect(1).toBe(1));`,
    });

    expect(lines.slice(-4)).toEqual([
      `skipped without a reason: lazy.test.js > skipped (say it: context.skip('why'))`,
      `skipped without a reason: lazy.test.js > to do (say it: context.skip('why'))`,
      `skipped without a reason: lazy.test.js > gives up (say it: context.skip('why'))`,
      '1 passed, 3 failed, 0 skipped',
    ]);
    expect(status).toBe(1);
  });

  it('counts tests that a failed hook or a killed process kept from running as failed', () => {
    const { lines, status } = runTests({
      'hook.test.js': `
        describe('with a hook', () => {
          beforeAll(() => { throw new Error('no ground to stand on'); });
          describe('deep', () => it('waits', () => {}));
        });`,
      'killed.test.js': `
        it('dies', () => process.kill(process.pid, 'SIGKILL'));`,
    });

    expect(lines.filter((line) => line.startsWith('not run: ')).sort()).toEqual([
      'not run: hook.test.js > with a hook > deep > waits',
      'not run: killed.test.js > dies',
    ]);
    expect(lines.at(-1)).toBe('0 passed, 4 failed, 0 skipped');
    expect(status).toBe(1);
  });

  it('leaves out the tests that a name pattern leaves out', () => {
    const { lines, status } = runTests(
      {
        'sums.test.js': `
          describe('sums', () => {
            it('adds', () => expect(1 + 1).toBe(2));
            it('subtracts', () => expect(1 - 1).toBe(0));
          });`,
      },
      ['--testNamePattern', 'sums > adds'],
    );

    expect(lines.at(-1)).toBe('1 passed, 0 failed, 0 skipped');
    expect(status).toBe(0);
  });
});
