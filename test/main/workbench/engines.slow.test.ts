import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SearchResult } from '../../../src/shared/domain/search.ts';
import { eventsOf, ticket } from '../../support/command-line.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-engines-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** MNIST down to 13.1 % density in four levels, coarse enough to take seconds. */
const SETTINGS = [
  'training.iterations=600',
  'training.evaluateEvery=200',
  'pruning.strategy.fraction=0.4',
  'pruning.strategy.outputFraction=0.2',
  'pruning.levels=4',
  'verdict.iterationTolerance=0.5',
  'verdict.accuracyTolerance=0.01',
].flatMap((assignment) => ['--set', assignment]);

async function searchOn(engine: string): Promise<SearchResult> {
  const ended = await ticket(
    'search',
    ...SETTINGS,
    ...['--set', `training.engine=${engine}`, '--data-dir', scratch, '--json'],
  );
  const last = eventsOf(ended.stdout).at(-1);
  if (last?.type !== 'result') throw new Error(`no result on ${engine}: ${ended.stderr}`);
  return last.search;
}

describe('the two engines', () => {
  it('reach the same verdicts on MNIST over three replicates', async () => {
    const [dense, sparse] = [await searchOn('dense'), await searchOn('sparse')];
    const verdictsOf = ({ levels }: SearchResult) =>
      levels.map(({ branches }) =>
        Object.entries(branches).map(([branch, { verdict }]) => [branch, verdict.kind]),
      );
    expect(verdictsOf(sparse)).toEqual(verdictsOf(dense));
    // Verdicts that are all alike would prove nothing.
    const last = sparse.levels.at(-1)!.branches;
    expect(last['ticket']?.verdict.kind).toBe('winning');
    expect(last['random-reinit']?.verdict.kind).toBe('not winning');
  });
});
