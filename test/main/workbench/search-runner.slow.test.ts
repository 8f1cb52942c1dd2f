import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { eventsOf, ticket } from '../../support/command-line.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-runner-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

it('starts the next training before it saves the last one, on one worker', async () => {
  const settings = [
    'dataset.id=two-moons',
    'training.iterations=20',
    'training.evaluateEvery=20',
    'pruning.schedule=iterative',
    'pruning.levels=2',
    'branches=[]',
    'replicates.count=1',
  ].flatMap((assignment) => ['--set', assignment]);
  const ended = await ticket(
    'search',
    ...settings,
    ...['--workers', '1', '--data-dir', scratch, '--json'],
  );
  const order = eventsOf(ended.stdout).flatMap((event) =>
    event.type === 'training-started' || event.type === 'training-finished'
      ? [`${event.type.slice('training-'.length)} ${event.key.level}`]
      : [],
  );
  expect(order, ended.stderr).toEqual([
    'started 0',
    ...['started 1', 'finished 0'],
    ...['started 2', 'finished 1'],
    'finished 2',
  ]);
});
