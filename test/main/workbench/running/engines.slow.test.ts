import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SearchResult } from '../../../../src/shared/domain/search.ts';
import { eventsOf, ticket } from '../../../support/command-line.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-engines-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/**
 * MNIST at two fifths and at a hundredth of the weights. Evaluated at the end only, so that verdicts rest on the
 * accuracy; both are far from where a verdict tips over, since engines differ in
 * rounding and a training amplifies that.
 */
const SETTINGS = [
  'training.iterations=600',
  'training.evaluateEvery=600',
  'pruning.schedule=densities',
  'pruning.densities=[0.4,0.01]',
  'verdict.accuracyTolerance=0.04',
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
    const [large, small] = sparse.levels;
    expect(large?.branches['ticket']?.verdict.kind).toBe('winning');
    expect(small?.branches['random-reinit']?.verdict.kind).toBe('not winning');
  });
});
