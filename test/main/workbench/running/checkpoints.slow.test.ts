/** Long trainings in real processes that are killed or stopped: they continue to the same bits. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { deserialize } from 'node:v8';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchEvent } from '../../../../src/shared/contract/events.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { ensureWasm } from '../../../../src/main/engine/sparse/build.ts';
import {
  type CommandResult,
  eventsOf,
  startTicket,
  ticket,
} from '../../../support/command-line.ts';
import { everythingKept, onlySearch } from '../../../support/kept.ts';
import { temporaryFolder } from '../../store/samples.ts';

beforeAll(() => ensureWasm());

const shared = mkdtempSync(path.join(tmpdir(), 'ticket-checkpoints-'));
afterAll(() => {
  rmSync(shared, { recursive: true, force: true });
});

const iterationsOn = (engine: string): number => (engine === 'dense' ? 3000 : 20_000);
const EVERY = 500;

/** A dense network and a ticket, of seconds each; half of all features are dropped at random. */
function settings(engine: string): object {
  return {
    dataset: { id: 'gaussian-blobs', train: 400, test: 100, validation: 100 },
    architecture: {
      id: 'custom',
      layers: [
        { kind: 'dense', units: 64 },
        { kind: 'batch-norm' },
        { kind: 'relu' },
        { kind: 'dropout', rate: 0.5 },
      ],
    },
    training: {
      engine,
      optimizer: { id: 'adam', learningRate: 0.001 },
      iterations: iterationsOn(engine),
      evaluateEvery: EVERY,
      batchSize: 20,
    },
    pruning: { levels: 1 },
    replicates: { count: 1 },
    branches: [],
  };
}

function configOf(engine: string): string {
  const file = path.join(shared, `${engine}.json`);
  writeFileSync(file, JSON.stringify(settings(engine)));
  return file;
}

const OFTEN = { TICKET_CHECKPOINT_SECONDS: '0.1' };

function checkpointsIn(folder: string): string[] {
  const checkpoints = path.join(folder, 'checkpoints');
  return existsSync(checkpoints) ? readdirSync(checkpoints) : [];
}

/** The iteration of the one checkpoint there, if there is one. */
function savedIteration(folder: string): number | undefined {
  const [name, ...others] = checkpointsIn(folder).filter((each) => each.endsWith('.checkpoint'));
  expect(others).toEqual([]);
  if (name === undefined) return undefined;
  const bytes = readFileSync(path.join(folder, 'checkpoints', name));
  const { checkpoint } = deserialize(bytes.subarray('ticket checkpoint 1\n'.length + 32)) as {
    checkpoint: { loop: { iteration: number } };
  };
  return checkpoint.loop.iteration;
}

/** Resolves when a checkpoint is there. */
async function firstCheckpoint(folder: string): Promise<void> {
  while (!checkpointsIn(folder).some((name) => name.endsWith('.checkpoint'))) await wait(5);
}

async function resumedAt({ seen }: Pick<ReturnType<typeof startTicket>, 'seen'>): Promise<number> {
  let iteration = Number.NaN;
  await seen((event) => {
    if (event.type === 'training-resumed') ({ iteration } = event);
    return event.type === 'training-resumed';
  });
  return iteration;
}

function resumedIn({ stdout }: CommandResult): number[] {
  return eventsOf(stdout).flatMap((event) =>
    event.type === 'training-resumed' ? [event.iteration] : [],
  );
}

/** How far the trainings came, as the events say. */
function reachedIn({ stdout }: CommandResult): number {
  const iterations = eventsOf(stdout).flatMap((event) =>
    event.type === 'progress' ? event.running.map(({ iteration }) => iteration) : [],
  );
  return Math.max(0, ...iterations);
}

describe.each(['sparse', 'dense'])('a long training on the %s engine', (engine) => {
  const config = configOf(engine);
  const search = (folder: string) =>
    startTicket(
      ['search', '--config', config, '--data-dir', folder, '--json', '--workers', '1'],
      OFTEN,
    );
  const resume = (folder: string) =>
    startTicket(
      ['resume', onlySearch(folder).id, '--data-dir', folder, '--json', '--workers', '1'],
      OFTEN,
    );
  let expected: unknown;
  beforeAll(async () => {
    const folder = path.join(shared, engine);
    const whole = await search(folder).ended;
    expect(whole).toMatchObject({ code: 0 });
    expected = everythingKept(folder, onlySearch(folder).id);
    expect(checkpointsIn(folder)).toEqual([]);
  });

  it('that is killed at random moments continues at its last checkpoint', async () => {
    const folder = temporaryFolder();
    const random = rng('kills in a long training', engine);
    let running = search(folder);
    await firstCheckpoint(folder);
    for (let kill = 0; kill < 4; kill += 1) {
      await wait(random.uniform() * 300);
      running.child.kill('SIGKILL');
      expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
      const saved = savedIteration(folder);
      running = resume(folder);
      // Between two trainings there is none.
      if (saved === undefined) continue;
      // Nothing up to the last checkpoint is trained again.
      expect(await resumedAt(running)).toBe(saved);
    }
    const last = await running.ended;
    expect(last).toMatchObject({ code: 0 });
    expect(everythingKept(folder, onlySearch(folder).id)).toEqual(expected);
    expect(checkpointsIn(folder)).toEqual([]);
  });

  it('that is stopped continues at the very iteration where it was', async () => {
    const folder = temporaryFolder();
    const first = search(folder);
    await first.seen(
      (event: SearchEvent) => event.type === 'evaluation' && event.evaluation.iteration > 0,
    );
    first.child.kill('SIGINT');
    const stopped = await first.ended;
    expect(stopped).toMatchObject({ code: 130 });
    expect(stopped.stderr).toContain('its trainings are saved as far as they came');
    const saved = savedIteration(folder) ?? 0;
    expect(saved).toBeGreaterThanOrEqual(reachedIn(stopped));

    const rest = await resume(folder).ended;
    expect(rest).toMatchObject({ code: 0 });
    expect(resumedIn(rest)).toEqual([saved]);
    // Progress goes on from there, and the whole curve is drawn.
    const events = eventsOf(rest.stdout);
    const since = events.slice(events.findIndex(({ type }) => type === 'training-resumed'));
    const shown = since.flatMap((event) => (event.type === 'progress' ? [event.fraction] : []));
    expect(Math.min(...shown)).toBeGreaterThanOrEqual(saved / (2 * iterationsOn(engine)));
    const evaluated = events.flatMap((event) =>
      event.type === 'evaluation' && event.key.level === 0 ? [event.evaluation.iteration] : [],
    );
    expect(evaluated).toEqual(
      Array.from({ length: iterationsOn(engine) / EVERY + 1 }, (_, index) => index * EVERY),
    );
    expect(everythingKept(folder, onlySearch(folder).id)).toEqual(expected);
    expect(checkpointsIn(folder)).toEqual([]);
  });
});

it('a damaged checkpoint costs time, and the log says so', async () => {
  const folder = temporaryFolder();
  const config = configOf('sparse');
  const args = ['--data-dir', folder, '--json', '--workers', '1'];
  const running = startTicket(['search', '--config', config, ...args], OFTEN);
  await firstCheckpoint(folder);
  running.child.kill('SIGKILL');
  await running.ended;
  const { id } = onlySearch(folder);
  const [name] = checkpointsIn(folder).filter((each) => each.endsWith('.checkpoint'));
  const file = path.join(folder, 'checkpoints', name!);
  const bytes = readFileSync(file);
  bytes[bytes.length - 100]! ^= 1;
  writeFileSync(file, bytes);

  const rest = await startTicket(['resume', id, ...args]).ended;
  expect(rest).toMatchObject({ code: 0 });
  expect(resumedIn(rest)).toEqual([]);
  const warnings = eventsOf(rest.stdout).flatMap((event) =>
    event.type === 'warning' ? [event.message] : [],
  );
  expect(warnings).toEqual([
    "its checkpoint can't be used (it is damaged: its checksum does not match), so it begins anew",
  ]);
  expect(checkpointsIn(folder)).toEqual([]);
});

it('doctor removes what killed searches left', async () => {
  const folder = temporaryFolder();
  const config = configOf('sparse');
  const args = ['--data-dir', folder, '--json', '--workers', '1'];
  const running = startTicket(['search', '--config', config, ...args], OFTEN);
  await firstCheckpoint(folder);
  running.child.kill('SIGKILL');
  await running.ended;
  const { id } = onlySearch(folder);
  const [kept] = checkpointsIn(folder).filter((each) => each.endsWith('.checkpoint'));
  writeFileSync(path.join(folder, 'checkpoints', '20200101-000000-gone.0.0.ticket.checkpoint'), '');

  const checked = await ticket('doctor', '--data-dir', folder);
  expect(checked.stdout).toContain('removed 1 checkpoint that no training needs any more');
  expect(checkpointsIn(folder)).toEqual([kept]);

  // From the trash it can come back, and continue.
  await ticket('delete', id, '--data-dir', folder);
  expect(checkpointsIn(folder)).toEqual([kept]);
  await ticket('trash', 'delete', id, '--data-dir', folder);
  expect(checkpointsIn(folder)).toEqual([]);
});
