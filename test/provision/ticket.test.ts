import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import packageManifest from '../../package.json' with { type: 'json' };
import { startNode, temporaryFolder, textLike, writeFiles } from './support.ts';

const TICKET = fileURLToPath(new URL('../../bin/ticket.mjs', import.meta.url));
const START = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));

/** On a machine where TensorFlow is not provisioned and can't be: there is nothing on the PATH. */
const withoutAnything = () => ({
  // Commands spend most of their time on compiling modules, unless that was done before.
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
  PATH: temporaryFolder(),
  TICKET_CACHE_DIR: path.join(temporaryFolder(), 'cache'),
  TICKET_DATA_DIR: temporaryFolder(),
  TICKET_TENSORFLOW_ROUTE: 'wheel',
});

function ticketWithoutAnything(args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [TICKET, ...args], {
    encoding: 'utf8',
    env: withoutAnything(),
  });
  return { status, stdout, stderr };
}

describe('bin/ticket.mjs', () => {
  it('tells its version', () => {
    expect(ticketWithoutAnything(['--version'])).toEqual({
      status: 0,
      stdout: `${packageManifest.version}\n`,
      stderr: '',
    });
  });

  it.each([['--help'], ['search', '--help'], ['catalog'], ['presets'], ['runs'], ['doctor']])(
    'needs no TensorFlow for %s %s',
    (...args) => {
      const { stderr } = ticketWithoutAnything(args);
      expect(stderr).not.toContain("TensorFlow can't be set up");
    },
  );

  it.each([
    { name: 'ticket serve', command: [TICKET, 'serve'] },
    { name: 'npm start', command: [START, '--browser'] },
  ])('opens the window without TensorFlow, and says why: $name', async ({ command }) => {
    const window = temporaryFolder();
    writeFiles(window, { 'index.html': '<!doctype html><title>Window</title>' });
    const serving = startNode([...command, '--window', window], {
      environment: withoutAnything(),
    });
    await serving.says('http://127.0.0.1:');
    serving.child.kill('SIGTERM');
    const { code, stderr } = await serving.ended;
    expect(code).toBe(0);
    expect(stderr).toContain("TensorFlow can't be set up: ");
    expect(stderr).toContain('The window opens without TensorFlow');
  });

  it.each(['search --set training.engine=dense', 'bench'])(
    'provisions TensorFlow for %s',
    (line) => {
      expect(ticketWithoutAnything(line.split(' '))).toEqual({
        status: 1,
        stdout: '',
        stderr: textLike(/^error: TensorFlow can't be set up: .*\nRun "apt-get install /),
      });
    },
  );

  it('searches on the sparse engine without TensorFlow, and downloads nothing', () => {
    const { status, stderr } = ticketWithoutAnything([
      ...['search', '--quiet', '--set', 'training.iterations=20'],
      ...['--set', 'dataset.validation=500', '--set', 'dataset.testSubset=1000'],
      ...['--set', 'training.evaluateEvery=10', '--set', 'pruning.levels=1'],
      ...['--set', 'replicates.count=1'],
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('says how to set TensorFlow up, and what is there', () => {
    const { status, stdout } = ticketWithoutAnything(['tensorflow']);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: textLike(/not set up[^]*Download {4}2\d\d MB from [^]*--from PATH/),
    });
    expect(ticketWithoutAnything(['tensorflow', '--from', '/nowhere'])).toEqual({
      status: 1,
      stdout: '',
      stderr: textLike(/^error: .* \/nowhere\. Expected: /),
    });
  });

  it('says which TICKET_NODE is not Node', () => {
    const { status, stderr } = spawnSync(process.execPath, [TICKET, '--version'], {
      encoding: 'utf8',
      env: { TICKET_NODE: '/no/node' },
    });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: textLike('error: TICKET_NODE=/no/node is not Node'),
    });
  });
});
