import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import packageManifest from '../../package.json' with { type: 'json' };
import { temporaryFolder, textLike } from './support.ts';

const TICKET = fileURLToPath(new URL('../../bin/ticket.mjs', import.meta.url));

/** On a machine where TensorFlow is not provisioned and can't be: there is nothing on the PATH. */
function ticketWithoutAnything(args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [TICKET, ...args], {
    encoding: 'utf8',
    env: {
      PATH: temporaryFolder(),
      TICKET_CACHE_DIR: path.join(temporaryFolder(), 'cache'),
      TICKET_DATA_DIR: temporaryFolder(),
      TICKET_TENSORFLOW_ROUTE: 'wheel',
    },
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

  it.each(['search', 'resume', 'bench', 'serve'])('provisions TensorFlow for %s', (command) => {
    expect(ticketWithoutAnything([command])).toEqual({
      status: 1,
      stdout: '',
      stderr: textLike(/^error: TensorFlow can't be set up: .*\nRun "apt-get install /),
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
