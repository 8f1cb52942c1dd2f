import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Store } from '../../../src/main/store/store.ts';
import { plannedTrainings } from '../../../src/shared/domain/plan.ts';
import type { TrainingKey } from '../../../src/shared/domain/training.ts';
import {
  denseLayout,
  ENVIRONMENT,
  FINGERPRINT,
  sampleSearch,
  sampleTraining,
  temporaryFile,
} from './samples.ts';

const LAYOUT = denseLayout(200, 120, 10);
const WRITER = fileURLToPath(new URL('./children/write-trainings.ts', import.meta.url));

function createSearch(file: string): { id: string; planned: TrainingKey[] } {
  const store = Store.open(file);
  const search = sampleSearch({ branches: ['random-reinit', 'shuffled-mask'] }, LAYOUT);
  const { id } = store.searches.create(search);
  store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  store.close();
  return { id, planned: plannedTrainings(search.settings) };
}

interface Writing {
  /** What it said it had saved. */
  readonly saved: string[];
  readonly signal: NodeJS.Signals | null;
}

/** Lets a process save trainings; `onLine` may kill it. */
async function write(
  command: string,
  args: readonly string[],
  onLine: (lines: readonly string[], kill: () => void) => void = () => undefined,
): Promise<Writing> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const saved: string[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => {
    saved.push(line);
    onLine(saved, () => child.kill('SIGKILL'));
  });
  const [[, signal]] = (await Promise.all([once(child, 'close'), once(lines, 'close')])) as [
    [number | null, NodeJS.Signals | null],
    unknown,
  ];
  return { saved, signal };
}

const nameOf = ({ replicate, level, branch }: TrainingKey): string =>
  `${replicate} ${level} ${branch}`;

/** Everything that is there is whole, and everything that was said to be saved is there. */
function expectWhole(file: string, id: string, saved: readonly string[]): string[] {
  const store = Store.open(file);
  expect(store.integrityCheck()).toEqual([]);
  const trainings = store.trainings.list(id);
  const names = trainings.map(({ key }) => nameOf(key));
  expect(names).toEqual(expect.arrayContaining(saved.filter((line) => line !== 'all')));
  expect(store.searches.get(id).trainingsDone).toBe(trainings.length);
  for (const { key, evaluations } of trainings) {
    const expected = sampleTraining(key, {}, LAYOUT);
    expect(evaluations).toEqual(expected.evaluations);
    const { mask, initialWeights, finalWeights } = store.trainings.weights(id, key);
    expect(mask).toEqual(expected.mask);
    expect(initialWeights).toEqual(expected.initialWeights);
    expect(finalWeights).toEqual(expected.finalWeights);
    expect(store.trainings.handover(id, key).nextMask).toEqual(expected.nextMask);
  }
  store.close();
  return names;
}

describe('after kill -9', () => {
  test('at any moment, every saved training is there, and the rest can be added', async () => {
    const file = temporaryFile();
    const { id, planned } = createSearch(file);
    let kills = 0;
    for (let delay = 0; ; delay += 3) {
      const before = expectWhole(file, id, []);
      const { saved, signal } = await write(process.execPath, [WRITER, file, id], (lines, kill) => {
        if (lines.length === 1 && lines[0] !== 'all') setTimeout(kill, delay);
      });
      const after = expectWhole(file, id, saved);
      expect(after).toEqual(expect.arrayContaining(before));
      if (signal === null) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(0);
    expect(expectWhole(file, id, [])).toEqual(planned.map(nameOf));
  });

  test('in the middle of a transaction, nothing of it is there', async () => {
    const file = temporaryFile();
    const { id, planned } = createSearch(file);
    const { saved, signal } = await write(process.execPath, [WRITER, file, id, '4']);
    expect(signal).toBe('SIGKILL');
    expect(saved).toEqual(planned.slice(0, 3).map(nameOf));
    expect(expectWhole(file, id, saved)).toEqual(saved);

    const next = await write(process.execPath, [WRITER, file, id]);
    expect(next.saved).toEqual([...planned.slice(3).map(nameOf), 'all']);
    expect(expectWhole(file, id, next.saved)).toEqual(planned.map(nameOf));
  });
});

test('a file that may not grow leaves what was saved, and says so', async ({ skip }) => {
  if (process.platform === 'win32') skip('there are no limits on the size of files on Windows');
  const file = temporaryFile();
  const { id, planned } = createSearch(file);
  // No file above 800 blocks of 512 or 1024 bytes; the signal that comes with it is ignored, as by
  // a disk that is full.
  const limited = `trap '' XFSZ; ulimit -f 800; exec "$@"`;
  const command = ['-c', limited, 'limited', process.execPath, WRITER, file, id];
  const { saved } = await write('/bin/sh', command);
  const complaint = saved.at(-1)!;
  expect(complaint).toMatch(
    /^store-failed: the training can't be saved: the disk .*(SQLITE_FULL|SQLITE_IOERR)/,
  );
  const before = saved.slice(0, -1);
  expect(before.length).toBeGreaterThan(0);
  expect(before.length).toBeLessThan(planned.length);
  expect(expectWhole(file, id, before)).toEqual(before);

  const next = await write(process.execPath, [WRITER, file, id]);
  expect(next.saved.at(-1)).toBe('all');
  expect(expectWhole(file, id, next.saved)).toEqual(planned.map(nameOf));
});
