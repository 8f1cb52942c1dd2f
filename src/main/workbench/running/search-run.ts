/** The run of a search from start to end: data, workers, engines, trainings, analyses. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchEvent } from '../../../shared/contract/events.ts';
import type { EngineId } from '../../../shared/domain/engine.ts';
import type { Environment, SearchRecord } from '../../../shared/domain/search.ts';
import { evaluatedExamples, type Settings } from '../../../shared/domain/settings.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import { nameOfTraining, type TrainingKey } from '../../../shared/domain/training.ts';
import type { AnalysisSubject } from '../../engine/analyses/analysis.ts';
import type { NetworkSpec } from '../../engine/layers/spec.ts';
import { MODULES_OF } from '../../engine/sparse/build.ts';
import { ensureSparseEngine } from '../../engine/sparse/ensure.ts';
import type { Store } from '../../store/store.ts';
import { describeEnvironment } from '../environment.ts';
import { pendingUnits, subjectOf, unitsOf } from '../analyses/analysis-plan.ts';
import { checkPlugIns } from '../plug-ins/used.ts';
import { checkImportedFiles } from '../planning/imports.ts';
import { plannedNetwork } from '../planning/search-plan.ts';
import { costsOf, type CostedSearch, findSpeeds, measureSpeeds } from '../planning/speeds.ts';
import { isWorthMeasuring } from '../planning/work.ts';
import { isTensorFlowInstalled } from '../tensorflow/installed.ts';
import { tensorflowMissing, tensorflowNeedsLeft } from '../tensorflow/needs.ts';
import { type PendingUnit, runAnalyses } from './analysis-jobs.ts';
import { sweepCheckpoints } from './checkpoints.ts';
import { chooseEngines, describeStepTimes } from './engine-choice.ts';
import { runLotterySearch } from './lottery-search.ts';
import type { RunControl } from './run-control.ts';
import {
  loadDatasets,
  readData,
  type SearchDatasets,
  settingsInIterations,
} from './search-datasets.ts';
import type { SearchGroup } from './search-group.ts';
import { SearchProgress } from './search-progress.ts';
import { SearchTasks } from './search-tasks.ts';
import { TimeLeft } from './time-left.ts';
import { ThrottledSummary } from './throttled-summary.ts';
import { TrainingArchive } from './training-archive.ts';
import { trainingIdentities } from './training-identity.ts';

export interface SearchRunOptions {
  readonly store: Store;
  readonly search: SearchRecord;
  /** The group whose workers the search uses. */
  readonly group: SearchGroup;
  readonly control: RunControl;
  /** Whether this run trains it. */
  isWanted(key: TrainingKey): boolean;
  /** Called when the group's scheduler knows the search's trainings. */
  onEntered(): void;
  /** Summarises the search for the table of all searches. Ends when that is saved. */
  summarize(): Promise<void>;
  tell(event: SearchEvent): void;
}

/** A search with its data loaded and its workers started. */
interface OpenSearch extends SearchRunOptions {
  readonly subject: AnalysisSubject;
  readonly network: NetworkSpec;
  readonly settings: Settings;
  readonly data: SearchDatasets;
  readonly tasks: SearchTasks;
  readonly environment: Environment;
}

/**
 * Runs what a search still lacks: all of it, or what an interruption left undone. For a finished
 * search that is what was requested since.
 *
 * @throws WorkbenchError `conflict` if its data, an imported file or a plug-in has changed; `interrupted` if it was
 *   stopped; or as the first training or analysis unit that failed.
 */
export async function runSearch(options: SearchRunOptions): Promise<void> {
  const { store, search, group, control } = options;
  sweepCheckpoints(store);
  checkPlugIns(search, store.directory, analysesLeft(store, search));
  const subject = subjectOf(search.settings, store.searches.layout(search.id));
  if (search.status !== 'finished') {
    await store.inTurn(() => {
      requestAnalyses(store, search, subject);
    });
  }
  const missing = plannedTrainings(search.settings).length - doneOrUnwanted(options).length;
  const units = unitsLeft(store, search.id, subject).length;
  if (missing === 0) checkWhole(options);
  if (missing + units === 0) return;
  checkTensorFlow(store, search);
  checkImportedFiles(search.settings);

  const data = await loadDatasets(options);
  const network = plannedNetwork(search.settings, subject.layout, data.own);
  const settings = settingsInIterations(search, data);
  await readData(options, data);
  const { engine, engines: written = [] } = settings.training;
  const modules = new Set([engine, ...written].flatMap((each) => MODULES_OF[each]));
  await ensureSparseEngine([...modules], () => {
    options.tell({ type: 'preparing', what: 'the sparse engine' });
  });
  const pool = await group.pool(Math.max(missing, units));
  const environment = describeEnvironment(pool.tensorflow, pool.size);
  const tasks = new SearchTasks(
    search.id,
    { settings, dataset: data.own, targetDatasets: data.targets },
    pool,
  );
  const unfollow = control.follow(() => {
    if (control.isStopped) tasks.stop();
    else tasks.setPaused(control.isPaused);
  });
  try {
    const open = { ...options, subject, network, settings, data, tasks, environment };
    await beginSession(open);
    const engines = await group.prepare(() => enginesOf(open));
    const timeLeft = await expectedTime(open, engines);
    await train(open, engines, timeLeft);
    checkWhole(open);
    await analyse(open, engines);
  } finally {
    unfollow();
    tasks.stop();
  }
}

/**
 * A run that trains a part of a search ends like one that was stopped.
 *
 * @throws WorkbenchError `interrupted` if trainings are missing.
 */
function checkWhole({ store, search }: SearchRunOptions): void {
  const missing = search.trainingsTotal - store.trainings.count(search.id);
  if (missing === 0) return;
  throw new WorkbenchError('interrupted', `${missing} trainings are left for other runs`);
}

/** @throws WorkbenchError `provisioning-failed` if the search needs TensorFlow, and it is not set up. */
function checkTensorFlow(store: Store, search: SearchRecord): void {
  if (isTensorFlowInstalled()) return;
  const needs = tensorflowNeedsLeft(store, search);
  if (needs.reasons.length > 0) throw tensorflowMissing(needs);
}

/** The ids of the analyses that this run computes. */
function analysesLeft(store: Store, { id, status, settings }: SearchRecord): string[] {
  const requested = store.analyses
    .list(id)
    .filter(({ isWanted, unitsDone, unitsTotal }) => isWanted && unitsDone < unitsTotal)
    .map(({ choice }) => choice.id);
  const chosen = status === 'finished' ? [] : (settings.analyses ?? []);
  return [...requested, ...chosen.map((choice) => choice.id)];
}

/** Requests the analyses that the settings name, when the search starts. */
function requestAnalyses(store: Store, search: SearchRecord, subject: AnalysisSubject): void {
  for (const choice of search.settings.analyses ?? []) {
    store.analyses.request(search.id, choice, unitsOf(choice, subject).length);
  }
}

function unitsLeft(store: Store, searchId: string, subject: AnalysisSubject): PendingUnit[] {
  const { analyses } = store;
  return pendingUnits(analyses.list(searchId), subject, (id) => analyses.unitNames(id));
}

async function beginSession(open: OpenSearch): Promise<void> {
  const { store, search, data, environment, tell } = open;
  const targets = new Map(
    [...data.targets].map(([branch, { fingerprint }]) => [branch, fingerprint]),
  );
  const { fingerprint } = data.own;
  await store.inTurn(() => {
    if (search.status === 'finished') {
      store.searches.reopen(search.id, environment, fingerprint, targets);
    } else {
      store.searches.start(search.id, environment, fingerprint, targets);
    }
  });
  tell({
    type: 'started',
    id: search.id,
    name: search.name,
    workers: environment.workers,
    trainingsDone: store.trainings.count(search.id),
    trainingsTotal: search.trainingsTotal,
  });
}

/** The engine of each level, starting with level 0. */
async function enginesOf({
  store,
  search,
  subject,
  tasks,
  tell,
}: OpenSearch): Promise<readonly EngineId[]> {
  const engines = await chooseEngines({
    settings: search.settings,
    layout: subject.layout,
    targets: subject.targets,
    chosen: store.engines.ofSearch(search.id),
    recall: (key) => store.calibrations.find(key),
    remember: (key, times) =>
      store.inTurn(() => {
        store.calibrations.save(key, times);
      }),
    measure: (keptCounts) => {
      tell({ type: 'preparing', what: 'the choice of engines: measuring them' });
      return tasks.measureStepTimes(keptCounts);
    },
    onMeasured: (level, times) => {
      tell({ type: 'preparing', what: `level ${level} after ${describeStepTimes(times)}` });
    },
  });
  await store.inTurn(() => {
    store.engines.choose(search.id, engines);
  });
  return [...engines.entries()].toSorted(([one], [other]) => one - other).map(([, id]) => id);
}

/**
 * What the time left is estimated from: similar trainings, an earlier measurement, or one at this
 * point, if the search takes long enough that its first estimate is worth a second or two.
 *
 * @returns undefined for searches that share their workers with others.
 */
async function expectedTime(
  open: OpenSearch,
  engines: readonly EngineId[],
): Promise<TimeLeft | undefined> {
  const { store, subject, settings, network, data, group, tasks, environment, tell } = open;
  if (group.trainings.isSharing) return undefined;
  const evaluated = evaluatedExamples(settings.dataset, {
    testExamples: data.own.test.count,
    validationExamples: data.own.validation?.count,
  });
  const costed: CostedSearch = { ...subject, settings, evaluated };
  const finished = doneOrUnwanted(open);
  let known = findSpeeds(store, costed);
  if (!known && finished.length === 0 && isWorthMeasuring(costed, network)) {
    tell({ type: 'preparing', what: 'the time left: measuring a few steps' });
    known = await measureSpeeds(store, costed, environment.workers, (query) =>
      tasks.measureSpeed(query),
    );
  }
  const engineOf = (level: number): EngineId => engineAt(engines, level);
  return new TimeLeft({
    settings,
    costs: costsOf(costed, known?.speeds ?? [], engineOf),
    finished,
    workers: environment.workers,
    analysisSteps: stepsLeft(open),
  });
}

/** Optimizer steps of the analyses that are left. */
function stepsLeft({ store, search, subject }: OpenSearch): number {
  return unitsLeft(store, search.id, subject).reduce((sum, { unit }) => sum + unit.steps, 0);
}

async function train(
  open: OpenSearch,
  engines: readonly EngineId[],
  timeLeft: TimeLeft | undefined,
): Promise<void> {
  const { store, search, subject, network, settings, group, control, tasks, tell } = open;
  const { trainings } = group;
  const archive = new TrainingArchive(store, search.id, subject, network);
  const summary = new ThrottledSummary(() => open.summarize());
  const engineOf = (level: number): EngineId => engineAt(engines, level);
  try {
    await runLotterySearch({
      settings,
      layout: subject.layout,
      targets: subject.targets,
      engineOf,
      control,
      scheduler: group.scheduler,
      tasks,
      archive,
      shared: trainings,
      identityOf: trainingIdentities(subject, {
        datasetFingerprint: open.data.own.fingerprint,
        targetFingerprints: new Map(
          [...open.data.targets].map(([branch, { fingerprint }]) => [branch, fingerprint]),
        ),
        environment: open.environment,
        engineOf,
      }),
      progress: new SearchProgress({
        settings,
        finished: doneOrUnwanted(open),
        timeLeft,
        shared: trainings.follow(subject),
      }),
      isWanted: (key) => open.isWanted(key),
      onEntered: () => {
        open.onEntered();
      },
      tell: (event) => {
        if (event.type === 'training-finished') summary.request();
        tell(event);
      },
    });
  } finally {
    await summary.finish();
  }
}

/** The trainings that this run does not train. */
function doneOrUnwanted({ store, search, isWanted }: SearchRunOptions): TrainingKey[] {
  const finished = new Set(store.trainings.keys(search.id).map(nameOfTraining));
  return plannedTrainings(search.settings).filter(
    (key) => finished.has(nameOfTraining(key)) || !isWanted(key),
  );
}

function engineAt(engines: readonly EngineId[], level: number): EngineId {
  const engine = engines[level];
  if (engine === undefined) throw new Error(`no engine was chosen for level ${level}`);
  return engine;
}

/** Also runs analyses that are requested meanwhile. */
async function analyse(open: OpenSearch, engines: readonly EngineId[]): Promise<void> {
  const { store, search, subject, group, control, tasks, tell } = open;
  for (;;) {
    const pending = unitsLeft(store, search.id, subject);
    if (pending.length === 0) return;
    await runAnalyses({
      pending,
      control,
      scheduler: group.scheduler,
      tasks,
      engines,
      loadArray: (need) => store.trainings.array(search.id, need),
      save: (analysis, unit) =>
        store.inTurn(() => {
          store.analyses.saveUnit(search.id, analysis.id, unit);
          return store.analyses.get(search.id, analysis.id);
        }),
      tell,
    });
  }
}
