import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countKeptPacked } from '../../../../src/shared/domain/mask.ts';
import type { SearchResult } from '../../../../src/shared/domain/search.ts';
import { earlyStop } from '../../../../src/shared/domain/training.ts';
import { VERDICT_KINDS } from '../../../../src/shared/domain/verdict.ts';
import { Store } from '../../../../src/main/store/store.ts';
import {
  type CommandResult,
  eventsOf,
  startTicket,
  ticket,
  writeSmallDataset,
} from '../../../support/command-line.ts';
import { everythingKept, onlySearch, resultOf } from '../../../support/kept.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-search-'));
const folder = writeSmallDataset(path.join(scratch, 'data'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const SMALL = [
  `dataset={"id":"idx","folder":${JSON.stringify(folder)},"validation":100}`,
  'architecture={"id":"mlp","widths":[24,12]}',
  // Which engine is the faster one is the machine's affair, and engines differ in rounding.
  'training.engine=sparse',
  'training.iterations=150',
  'training.evaluateEvery=50',
  'pruning.levels=3',
  'replicates.count=2',
].flatMap((assignment) => ['--set', assignment]);

let directories = 0;
function newDataDir(): string {
  directories += 1;
  return path.join(scratch, `searches-${directories}`);
}

describe('ticket search', () => {
  const undisturbed = newDataDir();
  let ended: CommandResult;
  let reference: SearchResult;

  beforeAll(async () => {
    ended = await ticket('search', ...SMALL, '--data-dir', undisturbed, '--json');
    reference = resultOf(ended);
  });

  it('trains, prunes, resets, retrains, and ends with the result', () => {
    expect(ended).toMatchObject({ code: 0 });
    expect(reference.status).toBe('finished');
    expect(reference.levels.map(({ level }) => level)).toEqual([1, 2, 3]);
    for (const { density, branches } of reference.levels) {
      expect(density).toBeLessThan(1);
      expect(Object.keys(branches)).toEqual(['ticket', 'random-reinit']);
      for (const summary of Object.values(branches)) {
        expect(summary.testAccuracy.values).toHaveLength(2);
        expect(VERDICT_KINDS).toContain(summary.verdict.kind);
        expect(summary.verdict.reason).not.toBe('');
      }
    }
    expect(reference.dense.testAccuracy.mean).toBeGreaterThan(0.5);
  });

  it.each(['sparse', 'dense'])(
    'keeps as many correct test examples as its early stop counted, %s',
    async (engine) => {
      const dataDir = newDataDir();
      const set = ['--set', `training.engine=${engine}`, '--data-dir', dataDir, '--json'];
      const { id } = resultOf(await ticket('search', ...SMALL, ...set));
      const kept = everythingKept(dataDir, id);
      expect(kept).toHaveLength(14);
      const examples = new Set(kept.map(({ correctAtEarlyStop }) => correctAtEarlyStop.length));
      expect(examples.size).toBe(1);
      const summary = (await ticket('show', id, '--data-dir', dataDir, '--json')).stdout;
      const { test } = (JSON.parse(summary) as { data: { ticket: { test: number } } }).data.ticket;
      for (const { evaluations, correctAtEarlyStop } of kept) {
        const { testAccuracy } = earlyStop(evaluations);
        expect(countKeptPacked(correctAtEarlyStop) / test).toBe(testAccuracy);
      }
      // The verdict knows on which examples the networks differ.
      expect(summary).toMatch(/seeds ±[\d.]+, test set ±/);
      expect(summary).not.toContain('at most ±');
    },
  );

  it('writes JSON and nothing else to stdout, words to stderr', () => {
    const events = eventsOf(ended.stdout);
    const types = events.map(({ type }) => type);
    const replicates = events.flatMap((event) => ('key' in event ? event.key.replicate : []));
    expect([...new Set(replicates)].toSorted()).toEqual([1, 2]);
    const atStart = ['preparing', 'data-read'];
    expect(types).toContain('data-read');
    expect(types.find((type) => !atStart.includes(type))).toBe('started');
    expect(types.at(-1)).toBe('result');
    expect(types.filter((type) => type === 'training-finished')).toHaveLength(14);
    expect(ended.stderr).toContain('14 trainings');
  });

  it('says at the start what was read, and keeps it without the data', async () => {
    const dataDir = newDataDir();
    const data = path.join(scratch, 'moved');
    writeSmallDataset(data);
    const dataset = `dataset=${JSON.stringify({ id: 'idx', folder: data, validation: 100 })}`;
    const run = ['--set', 'training.iterations=2', '--set', 'training.evaluateEvery=1'];
    const moved = await ticket('search', ...SMALL, '--set', dataset, ...run, '--data-dir', dataDir);
    expect(moved).toMatchObject({ code: 0 });
    expect(moved.stderr).toMatch(/^Data idx: \d+ training, 100 validation and \d+ test examples/m);
    expect(moved.stderr).toMatch(/^Values: bytes, smallest 0, largest \d+, mean /m);
    rmSync(data, { recursive: true });
    const shown = await ticket('show', onlySearch(dataDir).id, '--data-dir', dataDir);
    const [line = ''] = /^Data idx: .*$/m.exec(moved.stderr) ?? [];
    expect(shown.stdout).toContain(line);
    const json = await ticket('show', onlySearch(dataDir).id, '--data-dir', dataDir, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      data: { ticket: { dataset: 'idx', validation: 100 } },
    });
  });

  it('refuses to train where a class of the test set has no training example', async () => {
    const dataDir = newDataDir();
    const few = ['--set', 'dataset.subset=2', '--set', 'training.batchSize=2'];
    const refused = await ticket('search', ...SMALL, ...few, '--data-dir', dataDir);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('classes are in the test set but have no training example');
    expect(refused.stderr).toContain('dataset.subset is 2: from ');
    expect(onlySearch(dataDir)).toMatchObject({ status: 'failed', trainingsDone: 0 });
  });

  it('gives the same bits with one worker as with two', async () => {
    const dataDir = newDataDir();
    const alone = ['--data-dir', dataDir, '--json', '--workers', '1'];
    const { id } = resultOf(await ticket('search', ...SMALL, ...alone));
    expect(everythingKept(dataDir, id)).toEqual(everythingKept(undisturbed, reference.id));
  });

  it('gives the same bits with one worker as with two on the dense engine', async () => {
    const dense = [...SMALL, '--set', 'training.engine=dense', '--json'];
    const [one, two] = [newDataDir(), newDataDir()];
    const first = await ticket('search', ...dense, '--data-dir', one, '--workers', '1');
    const second = await ticket('search', ...dense, '--data-dir', two, '--workers', '2');
    expect(everythingKept(one, resultOf(first).id)).toEqual(
      everythingKept(two, resultOf(second).id),
    );
  });

  it('keeps the engines it chose, and says with each training which it was', async () => {
    const dataDir = newDataDir();
    const auto = [...SMALL, '--set', 'training.engine=auto', '--data-dir', dataDir, '--json'];
    const { id } = resultOf(await ticket('search', ...auto));
    const store = Store.open(path.join(dataDir, 'workbench.sqlite'));
    try {
      const engines = store.engines.ofSearch(id);
      expect([...engines.keys()]).toEqual([0, 1, 2, 3]);
      for (const { key, engine } of store.trainings.list(id))
        expect(engine).toBe(engines.get(key.level));
    } finally {
      store.close();
    }
  });

  describe('that is stopped', () => {
    const slow = [...SMALL, '--set', 'training.evaluateEvery=1', '--json'];
    const whole = newDataDir();
    let resultOfWhole: SearchResult;

    beforeAll(async () => {
      const { id } = resultOf(await ticket('search', ...slow, '--data-dir', whole));
      resultOfWhole = resultOf(await ticket('resume', id, '--data-dir', whole, '--json'));
    });

    it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
      'keeps what is finished through %s, and resumes to the same bits',
      async (signal) => {
        const dataDir = newDataDir();
        const run = startTicket(['search', ...slow, '--data-dir', dataDir]);
        await run.seen(({ type }) => type === 'training-finished');
        run.child.kill(signal);
        const stopped = await run.ended;
        if (signal === 'SIGKILL') expect(stopped.signal).toBe('SIGKILL');
        else expect(stopped.code).toBe(130);

        const interrupted = onlySearch(dataDir);
        expect(interrupted.trainingsDone).toBeGreaterThan(0);
        expect(interrupted.trainingsDone).toBeLessThan(14);
        const resumed = await ticket('resume', interrupted.id, '--data-dir', dataDir, '--json');
        expect(resumed).toMatchObject({ code: 0 });
        const result = resultOf(resumed);
        expect(everythingKept(dataDir, result.id)).toEqual(everythingKept(whole, resultOfWhole.id));
        expect(result.levels).toEqual(resultOfWhole.levels);
      },
    );
  });

  it('does not run a search twice at the same time', async () => {
    const dataDir = newDataDir();
    // Ends on no machine before the second command has started.
    const endless = ['training.iterations=1000000', 'training.evaluateEvery=10000'];
    const slow = endless.flatMap((assignment) => ['--set', assignment]);
    const one = ['--workers', '1', '--data-dir', dataDir, '--json'];
    const run = startTicket(['search', ...SMALL, ...slow, ...one]);
    await run.seen(({ type }) => type === 'started');
    const second = await ticket('resume', onlySearch(dataDir).id, '--data-dir', dataDir);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('is run by');
    run.child.kill('SIGINT');
    expect(await run.ended).toMatchObject({ code: 130 });
  });
});
