/** Processes are killed at random moments; nothing that had finished may be lost. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Attack } from '../attack.ts';
import {
  checkDoctor,
  checkKept,
  checkOrphans,
  checkSoFar,
  checkSound,
  checkSuccess,
  checkSwept,
} from '../checks.ts';
import { databaseOf, differenceOf, keptOf, withStore } from '../kept.ts';
import { finishedIn } from '../events.ts';
import { type Ended, startTicket, ticket } from '../program.ts';
import { runSample, type Sample, searchArguments, victimOf } from '../samples.ts';
import { ATTACK, killAtChange, killAtRandom, killAtTraining, type Scene } from './killing.ts';
import { fetchScenario, provisionScenario } from './kills-of-downloads.ts';

export const kills: Attack = {
  name: ATTACK,
  async run(torment) {
    const beganAt = Date.now();
    const wanted = torment.options.kills;
    const samples = [
      await runSample(torment, 'sample-1', 1),
      await runSample(torment, 'sample-2', 2),
    ];
    const extended = await runSample(torment, 'sample-extended', 2, {
      replicates: { count: 3, seed: 2 },
    });
    const done = () => torment.figures.total('kills of ');
    // How many kills come in time depends on the machine, so a short run counts scenarios.
    const scenarios = torment.options.isShort ? [...new Set(SCENARIOS)] : SCENARIOS;
    const least = torment.options.isShort ? scenarios.length : 0;
    for (let round = 0; (round < least || done() < wanted) && torment.hasTime(); round += 1) {
      const scenario = scenarios[round % scenarios.length];
      const random = torment.random(ATTACK, round);
      await scenario?.({ torment, samples, extended, random });
      await checkOrphans(torment, ATTACK);
      torment.progress(ATTACK, done(), wanted, beganAt);
    }
    torment.figures.count('orphans', 0);
  },
};

type Scenario = (scene: Scene) => Promise<void>;

const SCENARIOS: readonly Scenario[] = [
  searchScenario,
  restoreScenario,
  exportScenario,
  searchScenario,
  backupScenario,
  fetchScenario,
  searchScenario,
  restoreScenario,
  provisionScenario,
];

/** A directory in which the first sample has finished, and nothing else is. */
function directoryWithFirst({ torment, samples }: Scene): string {
  const directory = torment.newFolder('data');
  const [first] = samples;
  if (first) cpSync(databaseOf(first.directory), databaseOf(directory));
  return directory;
}

/** Killed while it trains, resumed and killed again, finished, extended, deleted. */
async function searchScenario(scene: Scene): Promise<void> {
  const { torment, samples, extended, random } = scene;
  const [first, second] = samples;
  if (!first || !second) return;
  const directory = directoryWithFirst(scene);
  const usual = second.milliseconds;
  const others = () => {
    checkSound(torment, ATTACK, directory, 'after a kill');
    checkKept(torment, ATTACK, directory, first, 'after a kill');
  };

  const start = startTicket(searchArguments(second.config, directory));
  // A short run kills one search, which must come in time.
  const killed =
    torment.options.isShort || random.below(2) === 0
      ? killAtTraining(scene, 'search', start, trainingsOf(second))
      : killAtRandom(scene, 'search', start, usual);
  await checkVictim(scene, directory, second, await killed);
  others();
  for (let kill = random.below(3); kill > 0; kill -= 1) {
    const id = victimOf(directory);
    if (id === undefined) break;
    const again = startTicket(['resume', id, '--data-dir', directory, '--workers', '1', '--json']);
    await checkVictim(scene, directory, second, await killAtRandom(scene, 'resume', again, usual));
    others();
  }
  const id = victimOf(directory);
  // It may have been killed before it had a row.
  if (id === undefined) return;
  const resumed = await ticket([
    'resume',
    id,
    '--data-dir',
    directory,
    '--workers',
    '1',
    '--quiet',
  ]);
  if (!checkSuccess(torment, ATTACK, resumed, 'resume')) return;
  checkKept(torment, ATTACK, directory, { id, kept: second.kept }, 'resumed');

  if (random.below(2) === 0) {
    const args = ['extend', id, '--replicates', '+1', '--data-dir', directory, '--workers', '1'];
    await killAtRandom(scene, 'extend', startTicket([...args, '--json']), usual * 0.8);
    others();
    const isExtended = withStore(directory, (store) => store.searches.get(id).extensions);
    const rest = ['resume', id, '--data-dir', directory, '--workers', '1', '--quiet'];
    const ended = await ticket(isExtended ? rest : [...args, '--quiet']);
    if (!checkSuccess(torment, ATTACK, ended, 'extend or resume')) return;
    checkKept(torment, ATTACK, directory, { id, kept: extended.kept }, 'extended');
  }

  const whole = withStore(directory, (store) => keptOf(store, id));
  const remove = ['delete', id, '--for-good', '--data-dir', directory];
  await killAtRandom(scene, 'delete', startTicket(remove), 1000);
  others();
  const isThere = withStore(directory, (store) =>
    store.searches.list().some((search) => search.id === id),
  );
  if (isThere) {
    checkKept(torment, ATTACK, directory, { id, kept: whole }, 'after a killed delete');
    checkSuccess(torment, ATTACK, await ticket(remove), 'delete');
  }
  others();
  if (random.below(8) === 0) await checkDoctor(torment, ATTACK, directory);
}

/** How many trainings a sample has. */
const trainingsOf = ({ directory, id }: Sample): number =>
  withStore(directory, (store) => store.searches.get(id).trainingsDone);

/** What it said to have finished is there; it can be resumed. */
async function checkVictim(
  { torment }: Scene,
  directory: string,
  sample: Sample,
  ended: Ended,
): Promise<void> {
  await checkOrphans(torment, ATTACK);
  const id = victimOf(directory);
  if (id === undefined) {
    if (ended.stdout !== '') torment.violation(ATTACK, 'a search that had started is lost');
    return;
  }
  const announced = finishedIn(ended.stdout);
  checkSoFar(torment, ATTACK, directory, { id, kept: sample.kept }, announced);
  // What the command prints, and what the window shows.
  const said = withStore(directory, (store) => [
    store.searches.get(id).status,
    store.history.state(id),
  ]);
  for (const each of said) {
    if (each === 'interrupted' || each === 'finished') continue;
    torment.violation(ATTACK, `a killed search is ${each}; expected interrupted`);
  }
}

async function backupScenario(scene: Scene): Promise<void> {
  const { torment, samples, random } = scene;
  const [first] = samples;
  if (!first) return;
  const directory = directoryWithFirst(scene);
  const target = path.join(directory, 'backups', 'mine.sqlite');
  mkdirSync(path.dirname(target));
  const args = ['backup', target, '--data-dir', directory];
  for (let kill = 0; kill < 4; kill += 1) {
    if (random.below(2) === 0) await killAtRandom(scene, 'backup', startTicket(args), 1000);
    else await killAtChange(scene, 'backup', args, 12);
    checkSound(torment, ATTACK, directory, 'after a killed backup');
    if (existsSync(target)) break;
  }
  if (!existsSync(target)) checkSuccess(torment, ATTACK, await ticket(args), 'backup');
  else {
    const next = path.join(directory, 'backups', 'next.sqlite');
    const ended = await ticket(['backup', next, '--data-dir', directory]);
    checkSuccess(torment, ATTACK, ended, 'backup');
  }
  checkSwept(torment, ATTACK, directory, 'a killed backup');
  const restored = torment.newFolder('restored');
  const ended = await ticket(['restore', target, '--data-dir', restored]);
  checkSuccess(torment, ATTACK, ended, 'restore');
  checkKept(torment, ATTACK, restored, first, 'restored from a backup that was killed');
}

/** After a killed restore the directory holds the old searches or those of the backup, all of them. */
async function restoreScenario(scene: Scene): Promise<void> {
  const { torment, samples, random } = scene;
  const [first, second] = samples;
  if (!first || !second) return;
  const directory = directoryWithFirst(scene);
  const backup = databaseOf(second.directory);
  const args = ['restore', backup, '--data-dir', directory];
  for (let kill = 0; kill < 4; kill += 1) {
    if (random.below(3) === 0) await killAtRandom(scene, 'restore', startTicket(args), 1000);
    else await killAtChange(scene, 'restore', args, 12);
    if (!existsSync(databaseOf(directory))) {
      torment.violation(ATTACK, 'a killed restore leaves no database: all searches seem lost');
      break;
    }
    checkSound(torment, ATTACK, directory, 'after a killed restore');
    const ids = withStore(directory, (store) => store.searches.list().map(({ id }) => id));
    const there = [first, second].find(({ id }) => ids.length === 1 && ids[0] === id);
    if (!there)
      torment.violation(ATTACK, `after a killed restore there are the searches ${ids.join()}`);
    else checkKept(torment, ATTACK, directory, there, 'after a killed restore');
  }
  checkSuccess(torment, ATTACK, await ticket(args), 'restore');
  checkKept(torment, ATTACK, directory, second, 'restored');
  checkSwept(torment, ATTACK, directory, 'a killed restore');
}

async function exportScenario(scene: Scene): Promise<void> {
  const { torment, samples, random } = scene;
  const [first] = samples;
  if (!first) return;
  const directory = directoryWithFirst(scene);
  const folder = torment.newFolder('exports');
  const file = path.join(folder, 'weights.npz');
  const base = [
    'export',
    first.id,
    '--what',
    'weights',
    '--format',
    'npz',
    '--data-dir',
    directory,
  ];
  const args = [...base, '--out', file];
  if (random.below(2) === 0) await killAtRandom(scene, 'export', startTicket(args), 1000);
  else await killAtChange(scene, 'export', args, 8);
  const whole = path.join(folder, 'whole.npz');
  checkSuccess(torment, ATTACK, await ticket([...base, '--out', whole]), 'export');
  if (existsSync(file) && !readFileSync(file).equals(readFileSync(whole))) {
    torment.violation(ATTACK, 'a killed export left a part of a file');
  }
  checkSwept(torment, ATTACK, folder, 'a killed export');
  const names = readdirSync(folder).filter((name) => !name.endsWith('.npz'));
  if (names.length > 0) torment.violation(ATTACK, `a killed export leaves ${names.join(', ')}`);
  const difference = withStore(directory, (store) =>
    differenceOf(first.kept, keptOf(store, first.id)),
  );
  if (difference !== undefined) torment.violation(ATTACK, `after a killed export, ${difference}`);
}
