/** Processes are killed inside long trainings, which continue from their checkpoints. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Rng } from '../../src/shared/rng.ts';
import type { Attack } from '../attack.ts';
import {
  checkKept,
  checkManners,
  checkOrphans,
  checkSoFar,
  checkSound,
  checkSuccess,
} from '../checks.ts';
import { finishedIn, progressIn } from '../events.ts';
import { withStore } from '../kept.ts';
import { startTicket } from '../program.ts';
import { runSample, type Sample, searchArguments, victimOf } from '../samples.ts';
import type { Torment } from '../torment.ts';
import { killAtRandom } from './killing.ts';

const ATTACK = 'long-trainings';

/** The usual minute, scaled down as the trainings are. */
const OPTIONS = { environment: { TICKET_CHECKPOINT_SECONDS: '0.25' } };
/** What a kill may cost at the usual setting; far more than it may cost here. */
const MOST_LOST_MILLISECONDS = 60_000;

/** Trainings of seconds, with all that a checkpoint has to keep. */
const LONG = {
  architecture: {
    id: 'custom',
    layers: [
      { kind: 'dense', units: 64 },
      { kind: 'batch-norm' },
      { kind: 'relu' },
      { kind: 'dropout', rate: 0.3 },
    ],
  },
  pruning: { levels: 1 },
  replicates: { count: 1, seed: 1 },
  branches: [],
};

/** Iterations of a short run are half as many. */
const ENGINES = [
  { engine: 'sparse', iterations: 60_000 },
  { engine: 'dense', iterations: 8000 },
];

export const longTrainings: Attack = {
  name: ATTACK,
  async run(torment) {
    const beganAt = Date.now();
    const samples: Sample[] = [];
    for (const { engine, iterations } of ENGINES) {
      const training = {
        engine,
        optimizer: { id: 'adam', learningRate: 0.001 },
        iterations: torment.options.isShort ? iterations / 2 : iterations,
        evaluateEvery: 500,
        batchSize: 20,
      };
      samples.push(await runSample(torment, `long-${engine}`, 1, { ...LONG, training }));
    }
    const wanted = torment.options.isShort ? samples.length : Math.ceil(torment.options.kills / 4);
    const done = () => torment.figures.total('kills of long');
    const least = torment.options.isShort ? samples.length : 0;
    for (let round = 0; (round < least || done() < wanted) && torment.hasTime(); round += 1) {
      const sample = samples[round % samples.length];
      if (sample) await killInside(torment, sample, torment.random(ATTACK, round));
      torment.progress(ATTACK, done(), wanted, beganAt);
    }
    torment.figures.count('orphans', 0);
  },
};

/** Kills a search and every attempt to resume it a few times, and lets the last one end. */
async function killInside(torment: Torment, sample: Sample, random: Rng): Promise<void> {
  const directory = torment.newFolder('data');
  let running = startTicket(searchArguments(sample.config, directory), OPTIONS);
  let continues = false;
  for (let kill = 0; kill < 5; kill += 1) {
    const what = 'long training';
    // Most moments are inside a training, also if the machine was busier with the sample.
    const usual = sample.milliseconds / 2;
    const ended = await killAtRandom({ torment, random }, what, running, usual);
    const killedAt = Date.now();
    await checkOrphans(torment, ATTACK);
    const id = victimOf(directory);
    // It may have been killed before it had a row.
    if (id === undefined) return;
    if (continues) checkContinued(torment, ended.stdout);
    if (ended.code === 0) break;
    checkSound(torment, ATTACK, directory, 'after a kill');
    checkSoFar(torment, ATTACK, directory, { id, kept: sample.kept }, finishedIn(ended.stdout));

    const savedAt = lastSaved(directory, id);
    continues = savedAt !== undefined;
    if (savedAt !== undefined) checkLost(torment, Math.max(0, Math.round(killedAt - savedAt)));
    const resume = ['resume', id, '--data-dir', directory, '--workers', '1', '--json'];
    running = startTicket(resume, OPTIONS);
  }
  const last = await running.ended;
  checkManners(torment, ATTACK, last, 'resume');
  if (!checkSuccess(torment, ATTACK, last, 'resume')) return;
  if (continues) checkContinued(torment, last.stdout);
  const id = victimOf(directory);
  if (id !== undefined) {
    checkKept(torment, ATTACK, directory, { id, kept: sample.kept }, 'killed in a long training');
  }
  const left = checkpointsIn(directory);
  if (left.length > 0) torment.violation(ATTACK, `a finished search leaves ${left.join(', ')}`);
}

function checkpointsIn(directory: string): string[] {
  const folder = path.join(directory, 'checkpoints');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/**
 * When the running training was last saved; undefined if it was not. The checkpoint of a training that
 * has finished may still be there.
 */
function lastSaved(directory: string, id: string): number | undefined {
  const finished = withStore(directory, (store) => store.trainings.keys(id));
  const name = checkpointsIn(directory).find(
    (each) =>
      each.endsWith('.checkpoint') &&
      !finished.some(({ level }) => each === `${id}.0.${level}.ticket.checkpoint`),
  );
  if (name === undefined) return undefined;
  return statSync(path.join(directory, 'checkpoints', name)).mtimeMs;
}

function checkLost(torment: Torment, milliseconds: number): void {
  torment.figures.largest('longest time that a kill cost, in ms', milliseconds);
  if (milliseconds <= MOST_LOST_MILLISECONDS) return;
  torment.violation(ATTACK, `a kill cost ${milliseconds} ms; expected at most a minute`);
}

/** It may have been killed before it said so. */
function checkContinued(torment: Torment, stdout: string): void {
  const { resumed, evaluated } = progressIn(stdout);
  if (resumed) torment.figures.count('trainings that continued');
  else if (evaluated) torment.violation(ATTACK, 'a training began anew beside its checkpoint');
}
