import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startTicket } from '../../../support/command-line.ts';
import { temporaryFolder } from '../../store/samples.ts';

/** Throws as soon as the command watches for errors that nobody catches. */
const FAULT = `data:text/javascript,${encodeURIComponent(`
  process.on('newListener', (name) => {
    if (name === 'uncaughtExceptionMonitor') setImmediate(() => { throw new Error('a mistake'); });
  });
`)}`;

test.each([
  ['the data directory that is named', (folder: string) => ['--data-dir', folder], ''],
  ['the one of the environment', () => [], 'TICKET_DATA_DIR'],
])('a mistake of the program leaves a report in the log of %s', async (_, args, variable) => {
  const folder = temporaryFolder();
  const { ended } = startTicket(['runs', ...args(folder)], {
    NODE_OPTIONS: `--import=${FAULT}`,
    ...(variable === '' ? {} : { [variable]: folder }),
  });
  const { code, stderr } = await ended;
  expect(code).toBe(1);
  expect(stderr).toContain('Error: a mistake');
  const [name = ''] = readdirSync(path.join(folder, 'logs')).filter((each) =>
    each.startsWith('crash-'),
  );
  const report: unknown = JSON.parse(readFileSync(path.join(folder, 'logs', name), 'utf8'));
  expect(report).toMatchObject({
    what: 'ticket ended by an error',
    stack: expect.stringContaining('Error: a mistake'),
    versions: { Node: process.versions.node },
    searches: [],
  });
});
