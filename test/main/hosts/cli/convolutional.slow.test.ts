/** Searches of a small network with everything that takes a batch as a whole, on both engines. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startTicket, ticket, writeSmallDataset } from '../../../support/command-line.ts';
import { everythingKept, onlySearch, resultOf } from '../../../support/kept.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-convolutional-'));
const folder = writeSmallDataset(path.join(scratch, 'data'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const LAYERS = [
  { kind: 'conv2d', channels: 6, bias: false },
  { kind: 'batch-norm' },
  { kind: 'relu' },
  { kind: 'residual', channels: 8, stride: 2 },
  { kind: 'residual', channels: 8 },
  { kind: 'dropout', rate: 0.2 },
  { kind: 'flatten' },
];

function settings(dataset: Record<string, unknown>, ...assignments: string[]): string[] {
  const given = { id: 'idx', folder, validation: 100, ...dataset };
  return [
    `dataset=${JSON.stringify(given)}`,
    `architecture=${JSON.stringify({ id: 'custom', layers: LAYERS })}`,
    'training.batchSize=30',
    'training.optimizer={"id":"adam","learningRate":0.003}',
    ...assignments,
  ].flatMap((assignment) => ['--set', assignment]);
}

describe('a network with batch normalisation, residual blocks and dropout', () => {
  it('comes to the same verdicts on both engines over three replicates', async () => {
    /** Far from where a verdict tips over, because engines differ in rounding. */
    const search = settings(
      {},
      'training.iterations=120',
      'training.evaluateEvery=120',
      'pruning.schedule=densities',
      'pruning.densities=[0.6,0.03]',
      'verdict.accuracyTolerance=0.1',
      'replicates.count=3',
    );
    const verdictsOn = async (engine: string) => {
      const ended = await ticket(
        ...['search', ...search, '--set', `training.engine=${engine}`, '--json'],
        ...['--data-dir', path.join(scratch, `verdicts-${engine}`)],
      );
      return resultOf(ended).levels.map(({ branches }) =>
        Object.entries(branches).map(([branch, { verdict }]) => [branch, verdict.kind]),
      );
    };
    const dense = await verdictsOn('dense');
    expect(await verdictsOn('sparse')).toEqual(dense);
    // Verdicts that are all alike would prove nothing.
    expect(dense[0]![0]).toEqual(['ticket', 'speed open']);
    expect(dense[1]![1]).toEqual(['random-reinit', 'not winning']);
  });

  it.each(['dense', 'sparse'])(
    'gives the same bits on two workers as on one that is killed and resumed, with flips and crops, %s',
    async (engine) => {
      const search = [
        'search',
        ...settings(
          { flip: true, cropPadding: 1 },
          `training.engine=${engine}`,
          'training.iterations=60',
          'training.evaluateEvery=10',
          'pruning.levels=2',
          'replicates.count=2',
        ),
        '--json',
      ];
      const [whole, killed] = [
        path.join(scratch, `${engine}-2`),
        path.join(scratch, `${engine}-1`),
      ];
      const ended = await ticket(...search, '--data-dir', whole, '--workers', '2');
      const run = startTicket([...search, '--data-dir', killed, '--workers', '1']);
      await run.seen(({ type }) => type === 'training-finished');
      run.child.kill('SIGKILL');
      await run.ended;
      const { id, trainingsDone } = onlySearch(killed);
      expect(trainingsDone).toBeGreaterThan(0);
      expect(trainingsDone).toBeLessThan(10);
      await ticket('resume', id, '--data-dir', killed, '--workers', '1', '--json');
      const kept = everythingKept(killed, id);
      expect(kept).toHaveLength(10);
      expect(kept).toEqual(everythingKept(whole, resultOf(ended).id));
    },
  );
});
