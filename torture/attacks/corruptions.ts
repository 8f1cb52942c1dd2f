/** Files are damaged: never a wrong number with success; what is damaged is named, healed or refused. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { cacheDirectory } from '../../provision/project.mjs';
import { isPlainObject } from '../../src/shared/contract/json.ts';
import type { Rng } from '../../src/shared/rng.ts';
import type { Attack } from '../attack.ts';
import { REFUSED } from '../children/refusal.ts';
import { checkKept, checkManners, checkSuccess, type Expected } from '../checks.ts';
import { databaseOf, differenceOf, keptOf, withStore } from '../kept.ts';
import { cutOff, flipBit, zeroPage } from '../mutate.ts';
import { childScript, type Ended, startNode, ticket } from '../program.ts';
import { runSample, type Sample, searchArguments } from '../samples.ts';
import { openWorld } from '../small-world.ts';
import { writeTinyFiles } from '../tiny-cifar.ts';
import type { Torment } from '../torment.ts';

const ATTACK = 'corruptions';
const PLUG_INS = fileURLToPath(new URL('../../resources/plug-ins/', import.meta.url));

interface Scene {
  readonly torment: Torment;
  readonly sample: Sample;
  /** A data directory with the sample and another search. */
  readonly directory: string;
  readonly searches: readonly Expected[];
  /** What is read of them before any damage. */
  readonly sound: Found;
  readonly random: Rng;
}

export const corruptions: Attack = {
  name: ATTACK,
  async run(torment) {
    const beganAt = Date.now();
    const sample = await runSample(torment, 'sound', 11);
    const directory = torment.newFolder('both');
    copyFileSync(databaseOf(sample.directory), databaseOf(directory));
    const other = await runSample(torment, 'other', 12);
    const second = await ticket([...searchArguments(other.config, directory), '--name', 'second']);
    if (second.code !== 0) throw new Error(`the second search failed: ${second.stderr}`);
    const searches = withStore(directory, (store) =>
      store.searches.list().map(({ id }): Expected => ({ id, kept: keptOf(store, id) })),
    );
    const sound = await readAll(torment, directory, searches);
    if (!sound) throw new Error('the sound database can not be read');
    const wanted = torment.options.corruptions;
    const done = () => torment.figures.total('corruptions of ');
    for (let round = 0; done() < wanted && torment.hasTime(); round += 1) {
      const random = torment.random(ATTACK, round);
      await KINDS[round % KINDS.length]?.({ torment, sample, directory, searches, sound, random });
      torment.progress(ATTACK, done(), wanted, beganAt);
    }
  },
};

const KINDS: readonly ((scene: Scene) => Promise<void>)[] = [
  corruptDatabase,
  corruptLog,
  corruptBlob,
  corruptDatabase,
  corruptBackup,
  corruptDataset,
  corruptDatabase,
  corruptTensorFlow,
  corruptPlugIn,
  corruptModule,
];

/** @returns whether the file has other bytes now. */
function damage(scene: Scene, file: string, what: string): boolean {
  scene.torment.figures.count(`corruptions of ${what}`);
  return change(scene, file);
}

function change({ random }: Scene, file: string): boolean {
  const changes = [flipBit, flipBit, cutOff, zeroPage];
  const before = readFileSync(file);
  let bytes = before;
  for (let times = 1 + random.below(3); times > 0; times -= 1) {
    bytes = Buffer.from((changes[random.below(changes.length)] ?? flipBit)(bytes, random));
  }
  writeFileSync(file, bytes);
  return !bytes.equals(before);
}

async function corruptDatabase(scene: Scene): Promise<void> {
  const directory = scene.torment.newFolder('damaged');
  copyFileSync(databaseOf(scene.directory), databaseOf(directory));
  damage(scene, databaseOf(directory), 'databases');
  await checkNoWrongNumber(scene, directory);
}

/** A log with a transaction that is not in the database yet. */
async function corruptLog(scene: Scene): Promise<void> {
  const { torment } = scene;
  const source = torment.newFolder('source');
  const directory = torment.newFolder('damaged');
  copyFileSync(databaseOf(scene.directory), databaseOf(source));
  withStore(source, (store) => {
    store.preferences.set('torture', { text: 'x'.repeat(20_000) });
    for (const ending of ['', '-wal']) {
      copyFileSync(`${databaseOf(source)}${ending}`, `${databaseOf(directory)}${ending}`);
    }
  });
  damage(scene, `${databaseOf(directory)}-wal`, 'logs of databases');
  await checkNoWrongNumber(scene, directory);
}

/** Only one search has the blob, so the other one has to stay readable. */
async function corruptBlob(scene: Scene): Promise<void> {
  const { torment, searches, random } = scene;
  const directory = torment.newFolder('damaged');
  copyFileSync(databaseOf(scene.directory), databaseOf(directory));
  const database = new Database(databaseOf(directory));
  const blobs = database
    .prepare<[], { id: number; content: Buffer; search: string }>(
      `SELECT blobs.id AS id, blobs.data AS content, min(search_id) AS search FROM blobs
       JOIN training_blobs ON blob_id = blobs.id JOIN trainings ON trainings.id = training_id
       GROUP BY blobs.id HAVING count(DISTINCT search_id) = 1 ORDER BY blobs.id`,
    )
    .all();
  const blob = blobs[random.below(blobs.length)];
  if (!blob) throw new Error('there are no blobs');
  const damaged = random.below(2) === 0 ? flipBit : zeroPage;
  const changed = damaged(blob.content, random);
  database.prepare('UPDATE blobs SET data = ? WHERE id = ?').run(changed, blob.id);
  database.close();
  torment.figures.count('corruptions of blobs');
  const found = await checkNoWrongNumber(scene, directory);
  const other = searches.find(({ id }) => id !== blob.search);
  const answer = other && found?.[other.id];
  if (isPlainObject(answer) && answer['error'] !== undefined) {
    torment.violation(ATTACK, `a blob of one search makes the other unreadable`);
  }
  const problems = found?.['problems'];
  if (!changed.equals(blob.content) && Array.isArray(problems) && problems.length === 0) {
    torment.violation(ATTACK, 'doctor does not find a damaged blob');
  }
}

type Found = Readonly<Record<string, unknown>>;

/**
 * Whatever is read is as it was, and whatever is not is refused with words by the read itself. That
 * `doctor` would name the damage is not enough.
 */
async function checkNoWrongNumber(scene: Scene, directory: string): Promise<Found | undefined> {
  const { torment, searches, sound } = scene;
  const found = await readAll(torment, directory, searches);
  if (!found) return undefined;
  const { error } = found;
  if (isPlainObject(error)) checkReport(torment, error);
  for (const { id } of searches) {
    const answer = found[id];
    if (!isPlainObject(answer)) continue;
    if (isPlainObject(answer['error'])) checkReport(torment, answer['error']);
    else if (isDeepStrictEqual(answer, sound[id])) {
      torment.figures.count('searches found bit-identical');
      continue;
    } else {
      torment.violation(ATTACK, `damage is read as sound: ${differenceIn(answer, sound[id])}`);
      continue;
    }
    torment.figures.count('damaged searches refused');
  }
  return found;
}

async function readAll(
  torment: Torment,
  directory: string,
  searches: readonly Expected[],
): Promise<Found | undefined> {
  const ids = searches.map(({ id }) => id);
  const ended = await startNode([childScript('check.ts'), directory, ...ids]).ended;
  checkManners(torment, ATTACK, ended, 'reading a damaged database');
  if (ended.code !== 0) {
    torment.violation(ATTACK, `reading a damaged database fails: ${ended.stderr.slice(-400)}`);
    return undefined;
  }
  const found: unknown = JSON.parse(ended.stdout);
  return isPlainObject(found) ? found : undefined;
}

/** In words: the training whose bits differ, or what is printed. */
function differenceIn(answer: Found, sound: unknown): string {
  const keptIn = (of: unknown): Map<string, string> => {
    const kept = isPlainObject(of) ? of['kept'] : undefined;
    const entries = Object.entries(isPlainObject(kept) ? kept : {});
    return new Map(entries.map(([name, digest]) => [name, String(digest)]));
  };
  return differenceOf(keptIn(sound), keptIn(answer)) ?? 'the printed result differs';
}

function checkReport(torment: Torment, { code, message }: Readonly<Record<string, unknown>>): void {
  if (code !== 'internal') return;
  torment.violation(ATTACK, `a damaged database is refused as internal: ${String(message)}`);
}

async function corruptBackup(scene: Scene): Promise<void> {
  const { torment, sample } = scene;
  const folder = torment.newFolder('backup');
  const backup = path.join(folder, 'backup.sqlite');
  copyFileSync(databaseOf(scene.directory), backup);
  damage(scene, backup, 'backups');
  const directory = torment.newFolder('restored');
  copyFileSync(databaseOf(sample.directory), databaseOf(directory));
  const ended = await ticket(['restore', backup, '--data-dir', directory]);
  checkManners(torment, ATTACK, ended, 'restoring a damaged backup');
  if (ended.code === 0) await checkNoWrongNumber(scene, directory);
  else checkKept(torment, ATTACK, directory, sample, 'after a backup was refused');
}

async function corruptDataset(scene: Scene): Promise<void> {
  const { torment, random } = scene;
  const datasets = torment.newFolder('datasets');
  const folder = writeTinyFiles(path.join(datasets, 'tiny-cifar'));
  const names = readdirSync(folder);
  const file = path.join(folder, names[random.below(names.length)] ?? '');
  const isChanged = damage(scene, file, 'fetched datasets');
  const ended = await startNode([childScript('fetch.ts'), 'load', ''], {
    environment: { TICKET_DATASETS_DIR: datasets },
  }).ended;
  checkRefused(torment, ended, 'loading a damaged dataset');
  if (isChanged && ended.code === 0) {
    torment.violation(ATTACK, 'a damaged dataset is loaded as sound');
  }
}

async function corruptTensorFlow(scene: Scene): Promise<void> {
  const { torment, random } = scene;
  const world = await openWorld(torment.newFolder('world'));
  try {
    const first = await world.provision().ended;
    if (!checkSuccess(torment, ATTACK, first, 'provisioning')) return;
    const installations = path.join(world.cache, 'tensorflow');
    const place = path.join(installations, readdirSync(installations)[0] ?? '');
    const names = readdirSync(place);
    const before = names.map((name) => readFileSync(path.join(place, name)));
    damage(scene, path.join(place, names[random.below(names.length)] ?? ''), 'TensorFlow');
    const again = await world.provision().ended;
    checkRefused(torment, again, 'provisioning over a damaged TensorFlow');
    if (again.code !== 0) return;
    const isAsBefore = names.every((name, index) =>
      before[index]?.equals(readFileSync(path.join(place, name))),
    );
    if (!isAsBefore) torment.violation(ATTACK, 'a damaged TensorFlow counts as sound');
  } finally {
    world.close();
  }
}

function checkRefused(torment: Torment, ended: Ended, what: string): void {
  checkManners(torment, ATTACK, ended, what);
  if (ended.code === 0 || ended.code === REFUSED) return;
  torment.violation(ATTACK, `${what} ends with ${ended.code ?? '?'}: ${ended.stderr.slice(-400)}`);
}

async function corruptPlugIn(scene: Scene): Promise<void> {
  const { torment, random } = scene;
  const folder = torment.newFolder('plug-ins');
  const names = readdirSync(PLUG_INS).filter((name) => name.endsWith('.ts'));
  const name = names[random.below(names.length)] ?? '';
  const file = path.join(folder, name);
  // They import the program by its own path.
  const source = readFileSync(path.join(PLUG_INS, name), 'utf8');
  const src = new URL('../../src/', import.meta.url).pathname;
  writeFileSync(file, source.replaceAll(/'(?:\.\.\/)+src\//g, `'${src}`));
  damage(scene, file, 'plug-ins');
  const ended = await ticket(['presets', '--plugins', folder]);
  checkManners(torment, ATTACK, ended, 'loading a damaged plug-in');
  // Other code is as good as the code of before, so only what can't be loaded has to be named.
  const isNamed = ended.stderr.includes(name);
  if (ended.code !== 0 && !isNamed) {
    torment.violation(ATTACK, `a damaged plug-in is not named: ${ended.stderr.slice(-400)}`);
  }
}

/** The sparse engine is rebuilt, and computes the same. */
async function corruptModule(scene: Scene): Promise<void> {
  const { torment, sample } = scene;
  // In the cache of this run.
  const builds = path.join(cacheDirectory(), 'wasm');
  const names = readdirSync(builds, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((each) => each.endsWith('sparse-strict.wasm'))) {
    change(scene, path.join(builds, name));
  }
  torment.figures.count('corruptions of compiled modules');
  const directory = torment.newFolder('data');
  const ended = await ticket(searchArguments(sample.config, directory));
  if (!checkSuccess(torment, ATTACK, ended, 'a search on a damaged module')) return;
  const id = withStore(directory, (store) => store.searches.list()[0]?.id ?? '');
  checkKept(torment, ATTACK, directory, { id, kept: sample.kept }, 'on a damaged module');
}
