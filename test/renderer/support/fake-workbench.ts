/**
 * A workbench in memory for tests of the window: it answers every call of the contract, and "trains"
 * by formula. It is typed by the contract, so that a drift of either is a compile error.
 */
import {
  CALLS,
  type CallArguments,
  type CallName,
  type CallValue,
  isCallName,
} from '../../../src/shared/contract/calls.ts';
import type { Transport } from '../../../src/shared/contract/client.ts';
import { reportOf, WorkbenchError } from '../../../src/shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../../src/shared/contract/events.ts';
import type { Json, JsonObject } from '../../../src/shared/contract/json.ts';
import type { SettingsProblem } from '../../../src/shared/contract/errors.ts';
import type { BackupOverview } from '../../../src/shared/contract/records/backups.ts';
import type { HistoryLine } from '../../../src/shared/contract/records/history.ts';
import type { LiveSearch, StopMoment } from '../../../src/shared/contract/records/live.ts';
import type { PlugInOverview } from '../../../src/shared/contract/records/plug-ins.ts';
import type { TensorFlowStatus } from '../../../src/shared/contract/records/tensorflow.ts';
import type {
  SettingsCheck,
  SettingsSummary,
} from '../../../src/shared/contract/records/planning.ts';
import type {
  BranchSeries,
  LearningCurve,
  LogEntry,
  MeasureSeries,
} from '../../../src/shared/contract/records/search-results.ts';
import type { SearchRow, SearchState } from '../../../src/shared/contract/records/search-rows.ts';
import type { SweepRow } from '../../../src/shared/contract/records/sweeps.ts';
import type { DataReading } from '../../../src/shared/domain/data-summary.ts';
import { branchNames } from '../../../src/shared/domain/branch.ts';
import { plannedTrainings } from '../../../src/shared/domain/plan.ts';
import { summarizeSearch } from '../../../src/shared/domain/result.ts';
import type { BranchSummary, SearchResult } from '../../../src/shared/domain/search.ts';
import type { Settings } from '../../../src/shared/domain/settings.ts';
import type { Spread } from '../../../src/shared/domain/statistics.ts';
import {
  earlyStop,
  finalEvaluation,
  type Evaluation,
  sameTraining,
  TICKET_BRANCH,
  type TrainingKey,
  type TrainingOutcome,
} from '../../../src/shared/domain/training.ts';
import { asSettings, FAKE_CATALOG, FAKE_PRESETS, FAKE_SETTINGS } from './fake-catalog.ts';

type Handlers = {
  readonly [Name in CallName]: (
    input: CallArguments<Name>,
  ) => CallValue<Name> | Promise<CallValue<Name>>;
};

/** As of two classes of four bright and four dark images. */
const FAKE_READING: DataReading = {
  summary: {
    dataset: 'mnist',
    shape: [2, 2, 1],
    train: 8,
    validation: 2,
    test: 4,
    isTestHeldOut: false,
    classes: ['dark', 'bright'].map((name) => ({ name, train: 4, validation: 1, test: 2 })),
    values: { kind: 'bytes', smallest: 0, largest: 16, mean: 8 },
    leftOut: [{ what: 'training examples', count: 3, reason: 'dataset.subset keeps 8' }],
    warnings: [{ setting: 'dataset.normalization', message: 'the bytes use 0 to 16 of 0 to 255' }],
  },
  samples: {
    kind: 'images',
    width: 2,
    height: 2,
    channels: 1,
    images: [
      { name: 'dark', pixels: Uint8Array.of(0, 1, 2, 3) },
      { name: 'bright', pixels: Uint8Array.of(16, 15, 14, 13) },
    ],
  },
};

interface FakeSearch {
  readonly id: string;
  name: string;
  readonly settings: Settings;
  state: SearchState;
  readonly createdAt: number;
  finishedAt: number | undefined;
  tags: readonly string[];
  note: string;
  isArchived: boolean;
  isDeleted: boolean;
  readonly waiting: TrainingKey[];
  running: {
    readonly key: TrainingKey;
    readonly worker: number;
    readonly evaluations: Evaluation[];
  }[];
  readonly outcomes: TrainingOutcome[];
  readonly log: LogEntry[];
  stopping: StopMoment | undefined;
}

export interface FakeOptions {
  /** Searches that have run before the window opens. */
  readonly finished?: number;
  /** So many of them, the oldest, are those of one sweep. */
  readonly swept?: number;
  /** Between two evaluations of a running training; undefined: nothing runs by itself. */
  readonly tickMilliseconds?: number;
  readonly now?: () => number;
}

export interface FakeWorkbench extends Transport {
  /** One evaluation of every running training. */
  tick(): void;
  tell(event: WorkbenchEvent): void;
}

const noAnalysis = (): never => {
  throw new WorkbenchError('unavailable', 'this workbench analyses nothing');
};

const noTicket = (): never => {
  throw new WorkbenchError('unavailable', 'this workbench stores no weights');
};

const noSweeps = (): never => {
  throw new WorkbenchError('unavailable', 'this workbench has no sweeps');
};

/** The one sweep there may be. */
export const FAKE_SWEEP = { id: 'sweep-1', name: 'Batches' };

const WORKERS = 2;
const TENSORS = [
  {
    name: 'dense1.kernel',
    layer: 'dense1',
    kind: 'dense',
    shape: [784, 300],
    weights: 235_200,
    isOutput: false,
  },
  {
    name: 'dense2.kernel',
    layer: 'dense2',
    kind: 'dense',
    shape: [300, 100],
    weights: 30_000,
    isOutput: false,
  },
  {
    name: 'output.kernel',
    layer: 'output',
    kind: 'dense',
    shape: [100, 10],
    weights: 1000,
    isOutput: true,
  },
] as const;

export function createFakeWorkbench({
  finished = 0,
  swept = 0,
  tickMilliseconds,
  now = Date.now,
}: FakeOptions = {}): FakeWorkbench {
  const searches: FakeSearch[] = [];
  const listeners = new Set<(event: WorkbenchEvent) => void>();
  const preferences: Record<string, Json> = {};
  let plugIns: PlugInOverview = {
    isOn: false,
    wasOn: false,
    folder: '/home/me/ticket-workbench/plug-ins',
    loaded: [],
    failure: undefined,
  };

  let isNightlyOn = false;
  const backups = (): BackupOverview => ({
    folder: '/backups',
    backups: [],
    isNightlyOn,
    nightlyProblem: undefined,
    progress: undefined,
  });

  const tell = (event: WorkbenchEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const tellChanged = (search: FakeSearch): SearchRow => {
    const row = rowOf(search);
    tell({ type: 'search-changed', row });
    return row;
  };
  const addLog = (
    search: FakeSearch,
    message: string,
    severity: LogEntry['severity'] = 'info',
  ): void => {
    const entry: LogEntry = { at: now(), severity, message };
    search.log.push(entry);
    tell({ type: 'search-logged', id: search.id, entry });
  };
  const find = (id: string): FakeSearch => {
    const search = searches.find((candidate) => candidate.id === id && !candidate.isDeleted);
    if (!search)
      throw new WorkbenchError('not-found', `there is no search ${id}`, 'Open the history.');
    return search;
  };
  const create = (settings: Settings, name: string, createdAt: number): FakeSearch => {
    const search: FakeSearch = {
      id: `search-${searches.length + 1}`,
      name,
      settings,
      state: 'queued',
      createdAt,
      finishedAt: undefined,
      tags: [],
      note: '',
      isArchived: false,
      isDeleted: false,
      waiting: plannedTrainings(settings),
      running: [],
      outcomes: [],
      log: [],
      stopping: undefined,
    };
    searches.push(search);
    return search;
  };

  const startNext = (): void => {
    if (searches.some(({ state }) => state === 'running')) return;
    const next = searches.find(({ state }) => state === 'queued');
    if (!next) return;
    next.state = 'running';
    addLog(next, `started with ${WORKERS} workers`);
    fill(next);
    tellChanged(next);
  };
  const fill = (search: FakeSearch): void => {
    for (let worker = 0; worker < WORKERS && !search.stopping; worker += 1) {
      if (search.running.some((training) => training.worker === worker)) continue;
      const index = search.waiting.findIndex(
        (key) =>
          key.level === 0 ||
          search.outcomes.some(({ key: done }) =>
            sameTraining(done, { ...key, level: key.level - 1, branch: TICKET_BRANCH }),
          ),
      );
      const [key] = index < 0 ? [] : search.waiting.splice(index, 1);
      if (!key) continue;
      search.running.push({ key, worker, evaluations: [evaluationOf(search.settings, key, 0)] });
      tell({ type: 'search-event', id: search.id, event: { type: 'training-started', key } });
    }
  };
  const finish = (search: FakeSearch, state: SearchState): void => {
    search.state = state;
    search.stopping = undefined;
    if (state === 'finished') search.finishedAt = now();
    else {
      search.waiting.unshift(...search.running.map(({ key }) => key));
      search.running = [];
    }
    addLog(search, state === 'finished' ? 'finished' : 'stopped; it can be resumed');
    tell({ type: 'search-live', id: search.id, live: undefined });
    const event =
      state === 'finished'
        ? ({ type: 'result', search: resultOf(search)! } as const)
        : ({ type: 'interrupted', id: search.id } as const);
    tell({ type: 'search-event', id: search.id, event });
    tellChanged(search);
    startNext();
  };
  const tick = (): void => {
    startNext();
    const search = searches.find(({ state }) => state === 'running');
    if (!search) return;
    for (const training of [...search.running]) {
      const { key, evaluations } = training;
      const iteration = evaluations.at(-1)!.iteration + search.settings.training.evaluateEvery;
      const evaluation = evaluationOf(search.settings, key, iteration);
      evaluations.push(evaluation);
      tell({ type: 'search-event', id: search.id, event: { type: 'evaluation', key, evaluation } });
      if (iteration < search.settings.training.iterations) continue;
      search.running = search.running.filter((other) => other !== training);
      const outcome = { key, density: densityOf(search.settings, key.level), evaluations };
      search.outcomes.push(outcome);
      addLog(search, `replicate ${key.replicate + 1}, level ${key.level}, ${key.branch} finished`);
      tell({
        type: 'search-event',
        id: search.id,
        event: {
          type: 'training-finished',
          key,
          density: outcome.density,
          earlyStopIteration: earlyStop(outcome.evaluations).iteration,
          testAccuracy: finalEvaluation(evaluations).testAccuracy,
          trainingMilliseconds: 1200,
          evaluationMilliseconds: 100,
        },
      });
    }
    if (search.stopping && search.running.length === 0) {
      finish(search, 'interrupted');
      return;
    }
    fill(search);
    if (search.running.length === 0) {
      finish(search, 'finished');
      return;
    }
    tell({ type: 'search-live', id: search.id, live: liveOf(search) });
    tellChanged(search);
  };

  for (let index = 0; index < finished; index += 1) {
    const search = createFinished(index);
    if (index % 7 === 3) search.tags = ['baseline'];
    if (index % 11 === 5) search.tags = ['width', 'paper'];
  }

  function createFinished(index: number): FakeSearch {
    const preset = FAKE_SETTINGS;
    const settings: Settings = {
      ...preset,
      architecture:
        index % 3 === 1
          ? { id: 'mlp', widths: [300, 100], width: 1 }
          : { id: 'lenet-300-100', width: 1 + (index % 3) },
      pruning: { ...preset.pruning, levels: 5 + (index % 6) },
      replicates: { count: 1 + (index % 4), seed: index + 1 },
    };
    const search = create(
      settings,
      `${index % 3 === 1 ? 'MLP' : 'LeNet'} run ${index + 1}`,
      now() - (finished - index) * 3_600_000,
    );
    for (const key of search.waiting.splice(0)) {
      search.outcomes.push(outcomeOf(settings, key));
    }
    search.state = index % 13 === 12 ? 'interrupted' : 'finished';
    search.finishedAt = search.createdAt + 90_000;
    search.log.push({ at: search.createdAt, severity: 'info', message: 'started with 2 workers' });
    return search;
  }

  const matching = ({ filter, sort }: CallArguments<'search.ids'>): SearchRow[] => {
    const words = filter.text
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const isChosen = (choices: readonly string[], value: string) =>
      choices.length === 0 || choices.includes(value);
    const rows = searches
      .filter(({ isDeleted }) => !isDeleted)
      .map(rowOf)
      .filter((row) => {
        const text =
          `${row.name} ${row.note} ${row.tags.join(' ')} ${row.architecture}`.toLowerCase();
        return (
          words.every((word) => text.includes(word)) &&
          isChosen(filter.states, row.state) &&
          isChosen(filter.verdicts, row.verdict?.kind ?? 'none') &&
          isChosen(filter.datasets, row.dataset) &&
          isChosen(filter.architectures, row.architecture) &&
          isChosen(filter.strategies, row.strategy) &&
          filter.tags.every((tag) => row.tags.includes(tag)) &&
          (filter.archived === 'include' || row.isArchived === (filter.archived === 'only'))
        );
      });
    const valueOf = (row: SearchRow): string | number => {
      switch (sort.column) {
        case 'name':
          return row.name;
        case 'verdict':
          return row.verdict?.kind ?? '';
        case 'best-accuracy':
          return row.bestAccuracy ?? 0;
        case 'dense-accuracy':
          return row.denseAccuracy ?? 0;
        case 'levels':
          return row.levels;
        default:
          return row.createdAt;
      }
    };
    const factor = sort.direction === 'ascending' ? 1 : -1;
    return rows.sort((one, other) => {
      const [a, b] = [valueOf(one), valueOf(other)];
      return factor * (a < b ? -1 : a > b ? 1 : 0);
    });
  };
  const setEach = (ids: readonly string[], change: (search: FakeSearch) => void): SearchRow[] =>
    ids.map((id) => {
      const search = find(id);
      change(search);
      return tellChanged(search);
    });
  const set = (id: string, change: (search: FakeSearch) => void): SearchRow =>
    setEach([id], change)[0]!;

  const handlers: Handlers = {
    catalog: () => FAKE_CATALOG,
    presets: () => FAKE_PRESETS,
    datasets: () =>
      FAKE_CATALOG.datasets.map(({ id, label, description }) => ({
        id,
        label,
        description,
        state: 'built-in',
        downloadBytes: undefined,
        progress: undefined,
        summary: { shape: [28, 28, 1], classes: 10, trainExamples: 60_000, testExamples: 10_000 },
      })),
    'dataset.fetch': () => undefined,
    'dataset.add': () => undefined,
    'dataset.stop': () => undefined,
    'dataset.read': () => FAKE_READING,
    'settings.resolve': ({ settings }) => {
      const given = { ...(FAKE_PRESETS[0]!.settings as unknown as JsonObject), ...settings };
      const checked = check(given);
      return checked.valid ? checked : { ...checked, given };
    },
    'settings.validate': ({ settings }) => {
      const checked = check(settings);
      return checked.valid ? { valid: true, summary: summaryOf(asSettings(settings)) } : checked;
    },
    'settings.summary': ({ settings }) => {
      const checked = check(settings);
      if (!checked.valid)
        throw new WorkbenchError('invalid-settings', checked.problems[0]!.message);
      return summaryOf(asSettings(settings));
    },
    'settings.command': ({ settings }) =>
      `ticket search --preset quick --set training.iterations=${asSettings(settings).training.iterations}`,
    'estimate.calibrate': ({ workers }) => ({
      seconds: 74,
      analysisSeconds: 0,
      evaluationShare: 0.28,
      millisecondsPerIteration: 1.35,
      workers: workers ?? WORKERS,
      basis: 'calibration',
    }),
    'search.launch': ({ settings, name }) => {
      const search = create(asSettings(settings), name, now());
      addLog(search, 'queued');
      tellChanged(search);
      startNext();
      return rowOf(search);
    },
    'search.list': ({ filter, sort, limit, offset }) => {
      const rows = matching({ filter, sort });
      return { rows: rows.slice(offset, offset + limit), total: rows.length };
    },
    'history.lines': ({ filter, sort, expanded, limit, offset }) => {
      const rows = matching({ filter, sort });
      const isSwept = ({ id }: SearchRow) =>
        searches.findIndex((search) => search.id === id) < swept;
      const found = rows.filter(isSwept);
      const isExpanded = expanded.includes(FAKE_SWEEP.id);
      const alone = rows.filter((row) => !isSwept(row));
      const siblings = alone.length + (found.length > 0 ? 1 : 0);
      const members = searches
        .slice(0, swept)
        .filter(({ isDeleted }) => !isDeleted)
        .map(rowOf);
      // The sweep comes last, whatever it is sorted by.
      const lines = [
        ...alone.map((row, index): HistoryLine => ({
          kind: 'search',
          position: index + 1,
          siblings,
          row,
          sweep: undefined,
        })),
        ...(found.length === 0
          ? []
          : [
              {
                kind: 'sweep' as const,
                position: siblings,
                siblings,
                row: sweepRowOf(members),
                matching: found.map(({ id }) => id),
                isExpanded,
              },
            ]),
        ...(isExpanded ? found : []).map((row, index): HistoryLine => ({
          kind: 'search',
          position: index + 1,
          siblings: found.length,
          row,
          sweep: { ...FAKE_SWEEP, values: [{ name: 'batchSize', text: String(60 * (index + 1)) }] },
        })),
      ];
      return {
        lines: lines.slice(offset, offset + limit),
        total: lines.length,
        searches: rows.length,
      };
    },
    'history.settings': () => [
      { path: 'training.optimizer.learningRate', kinds: ['number'] },
      { path: 'pruning.strategy.id', kinds: ['text'] },
    ],
    'history.values': () => [{ value: 'snip', searches: 2 }],
    'history.export': () => ({
      name: 'history.csv',
      mediaType: 'text/csv',
      bytes: new TextEncoder().encode('name\r\n'),
    }),
    'search.ids': (input) => matching(input).map(({ id }) => id),
    'search.get': ({ id }) => {
      const search = find(id);
      return {
        row: rowOf(search),
        settings: search.settings,
        written: search.settings,
        settingsHash: '3f1d'.repeat(16),
        environment: {
          workbench: '0.1.0',
          node: 'v24.21.0',
          tensorflow: '2.21.0',
          platform: 'linux-x64',
          cpu: 'A processor',
          cores: 2,
          workers: WORKERS,
          threadsPerWorker: 1,
        },
        datasetFingerprint: 'a0b1'.repeat(16),
        densities: densitiesOf(search.settings),
        extensions: [],
        missing: [],
        weightsDroppedAt: undefined,
        live: search.state === 'running' || search.state === 'paused' ? liveOf(search) : undefined,
      };
    },
    'search.data': ({ id }) =>
      find(id).outcomes.length > 0 ? [{ branch: TICKET_BRANCH, ...FAKE_READING }] : [],
    'search.result': ({ id }) => resultOf(find(id)),
    'search.series': ({ id }) => seriesOf(find(id)),
    'search.curves': ({ id, replicate, levels, branch }) => {
      const search = find(id);
      return [
        ...search.outcomes.map((outcome) =>
          curveOf(outcome.key, outcome.evaluations, outcome.density),
        ),
        ...search.running.map(({ key, evaluations }) => curveOf(key, evaluations, undefined)),
      ].filter(
        ({ key }) =>
          (replicate === undefined || key.replicate === replicate) &&
          (levels === undefined || levels.includes(key.level)) &&
          (branch === undefined || key.branch === branch),
      );
    },
    'search.trainings': ({ id }) => {
      const search = find(id);
      return plannedTrainings(search.settings).map((key) => {
        const outcome = search.outcomes.find((done) => sameTraining(done.key, key));
        if (outcome) {
          const stop = earlyStop(outcome.evaluations);
          return {
            key,
            state: 'finished' as const,
            outcome: {
              density: outcome.density,
              earlyStopIteration: stop.iteration,
              testAccuracy: finalEvaluation(outcome.evaluations).testAccuracy,
              testAccuracyAtEarlyStop: stop.testAccuracy,
              validationLoss: stop.validationLoss,
              trainingMilliseconds: 1200,
              evaluationMilliseconds: 100,
              engine: 'kernels',
            },
          };
        }
        const isRunning = search.running.some((training) => sameTraining(training.key, key));
        return {
          key,
          state: isRunning ? ('running' as const) : ('waiting' as const),
          outcome: undefined,
        };
      });
    },
    'search.log': ({ id, limit }) => find(id).log.slice(-limit),
    'search.pause': ({ id }) => set(id, (search) => (search.state = 'paused')),
    'search.resume': ({ id }) => {
      const search = find(id);
      search.state = searches.some(({ state }) => state === 'running') ? 'queued' : 'running';
      if (search.state === 'running') fill(search);
      return tellChanged(search);
    },
    'search.stop': ({ id, when }) => {
      const search = find(id);
      if (when === 'level-end' && search.running.length > 0) {
        search.stopping = when;
        return tellChanged(search);
      }
      finish(search, 'interrupted');
      return rowOf(search);
    },
    'search.previewExtension': () => {
      throw new WorkbenchError('unavailable', 'the fake workbench extends nothing');
    },
    'search.extend': () => {
      throw new WorkbenchError('unavailable', 'the fake workbench extends nothing');
    },
    'search.advice': () => undefined,
    'search.clone': ({ id }) => ({ name: `${find(id).name} (copy)`, settings: find(id).settings }),
    'search.command': () => 'ticket search --preset quick',
    'sweep.plan': () => noSweeps(),
    'sweep.launch': () => noSweeps(),
    'sweep.get': () => noSweeps(),
    'sweep.results': () => noSweeps(),
    'sweep.pause': () => noSweeps(),
    'sweep.resume': () => noSweeps(),
    'sweep.stop': () => noSweeps(),
    'sweep.export': () => noSweeps(),
    'search.analyses': () => [],
    'search.analyse': () => noAnalysis(),
    'search.analysis': () => noAnalysis(),
    'search.forgetAnalysis': () => noAnalysis(),
    'search.overlap': () => noAnalysis(),
    'ticket.overview': () => noTicket(),
    'ticket.mask': () => noTicket(),
    'ticket.inputs': () => noTicket(),
    'ticket.units': () => noTicket(),
    'ticket.fate': () => noTicket(),
    'ticket.paths': () => noTicket(),
    'ticket.compare': () => noTicket(),
    'search.rename': ({ id, name }) => set(id, (search) => (search.name = name)),
    'search.tag': ({ ids, add, remove }) =>
      setEach(ids, (search) => {
        search.tags = [...new Set([...search.tags, ...add])].filter((tag) => !remove.includes(tag));
      }),
    'search.note': ({ id, note }) => set(id, (search) => (search.note = note)),
    'search.archive': ({ ids, archived }) =>
      setEach(ids, (search) => (search.isArchived = archived)),
    'search.delete': ({ ids }) => {
      for (const id of ids) find(id).isDeleted = true;
      tell({ type: 'search-deleted', ids });
      return { ids, purgedAfter: now() + 3_600_000 };
    },
    'search.undelete': ({ ids }) => {
      for (const search of searches) if (ids.includes(search.id)) search.isDeleted = false;
      tell({ type: 'search-undeleted', ids });
      return ids.map((id) => rowOf(find(id)));
    },
    'storage.overview': () => ({
      file: '/data/workbench.sqlite',
      databaseBytes: 4096,
      freeBytes: 1e9,
      parts: [{ kind: 'rest', bytes: 4096 }],
      searches: [],
    }),
    'storage.previewDrop': () => ({
      searches: [],
      leftOut: [],
      freedBytes: 0,
      sharedBytes: 0,
    }),
    'storage.dropWeights': () => ({ searches: [], leftOut: [], bytes: 0 }),
    'trash.list': () => ({ searches: [], bytes: 0 }),
    'trash.delete': ({ ids }) => ({ searches: ids, leftOut: [], bytes: 0 }),
    'search.export': ({ id, what, format }) => ({
      name: `${find(id).name}-${what}.${format}`,
      mediaType: 'application/octet-stream',
      bytes: new Uint8Array([1, 2, 3]),
    }),
    'search.exportFor': ({ id, program }) => ({
      name: `${find(id).name}-${program}.zip`,
      mediaType: 'application/zip',
      bytes: new Uint8Array([1, 2, 3]),
    }),
    'chart.export': ({ name, format }) => ({
      name: `${name}.${format}`,
      mediaType: 'application/octet-stream',
      bytes: new Uint8Array([4, 5, 6]),
    }),
    'comparison.export': ({ what, format }) => ({
      name: `comparison-${what}.${format}`,
      mediaType: 'application/octet-stream',
      bytes: new Uint8Array([7, 8, 9]),
    }),
    'report.methods': () => 'We searched for winning tickets.',
    'published.list': () => [],
    'reproduce.list': () => [],
    'reproduce.start': () => {
      throw new WorkbenchError('not-found', 'there is no reproduction');
    },
    'reproduce.calibrate': () => {
      throw new WorkbenchError('not-found', 'there is no reproduction');
    },
    'reproduce.report': () => {
      throw new WorkbenchError('not-found', 'there is no reproduction');
    },
    'published.readPoints': ({ name }) => [
      { name, points: [{ density: 0.5, measure: 'test-accuracy', value: 0.9 }] },
    ],
    tags: () => {
      const counts = new Map<string, number>();
      for (const { tags } of searches)
        for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
      return [...counts].map(([tag, count]) => ({ tag, searches: count }));
    },
    'preferences.get': () => preferences,
    'preferences.set': ({ key, value }) => {
      preferences[key] = value;
      return undefined;
    },
    'tensorflow.status': () => FAKE_TENSORFLOW,
    'tensorflow.start': () => FAKE_TENSORFLOW,
    'tensorflow.pause': () => FAKE_TENSORFLOW,
    'tensorflow.cancel': () => FAKE_TENSORFLOW,
    'tensorflow.use': () => FAKE_TENSORFLOW,
    'plugIns.get': () => plugIns,
    'plugIns.set': ({ isOn }) => {
      plugIns = { ...plugIns, isOn };
      return plugIns;
    },
    'plugIns.openFolder': () => undefined,
    'backup.list': backups,
    'backup.make': ({ path = '/backups/made.sqlite' }) => ({
      file: path,
      bytes: 5000,
      searches: 2,
    }),
    'backup.inspect': ({ name, path = `/backups/${name ?? 'chosen'}` }) => ({
      file: path,
      bytes: 5000,
      at: 0,
      searches: 2,
      currentSearches: searches.length,
      runningSearches: 0,
    }),
    'backup.restore': () => ({ searches: 2, previous: '/before.sqlite' }),
    'backup.setNightly': ({ isOn }) => {
      isNightlyOn = isOn;
      return backups();
    },
    'bundle.merge': ({ path }) => ({ file: path, searches: [] }),
    'bundle.write': ({ path = '/chosen.ticket' }) => ({ path, bytes: 5000, trainings: 2 }),
    'bundle.stop': () => undefined,
    'bundle.running': () => [],
    'bundle.beginUpload': () => ({ transfer: 'upload' }),
    'bundle.addToUpload': () => undefined,
    'bundle.mergeUpload': ({ name }) => ({ file: name, searches: [] }),
    'bundle.beginDownload': () => ({
      transfer: 'download',
      name: 'made.ticket',
      bytes: 3,
      trainings: 2,
    }),
    'bundle.readDownload': () => Uint8Array.of(1, 2, 3),
    'bundle.endTransfer': () => undefined,
    'search.shards': () => undefined,
    'search.stopExportFor': () => undefined,
    about: () => ({
      version: '0.1.0',
      commit: undefined,
      parts: [{ name: 'Node', version: '24.21.0' }],
      folders: [{ id: 'logs', path: '/home/user/.local/state/ticket-workbench' }],
      licence: 'MIT',
    }),
    'about.licences': () => 'MIT License',
    'about.openFolder': () => undefined,
    'about.crash': () => undefined,
    'about.dismissCrash': () => undefined,
    health: () => ({
      version: '0.1.0',
      node: 'v24.21.0',
      platform: 'linux-x64',
      cpu: 'A processor',
      cores: 2,
      dataDirectory: '/home/user/.local/share/ticket-workbench',
      running: searches.filter(({ state }) => state === 'running').length,
      waiting: searches.filter(({ state }) => state === 'queued').length,
      startedAt: now(),
      host: {
        kind: 'browser',
        canPickPath: false,
        canSaveFile: false,
        canOpenFolder: false,
        canInstallCommand: false,
      },
    }),
    'host.installCommand': () => undefined,
    'host.pickPath': () => undefined,
    'host.saveFile': () => undefined,
  };

  if (tickMilliseconds !== undefined) setInterval(tick, tickMilliseconds);
  return {
    tick,
    tell,
    invoke: async (name, input) => {
      try {
        if (!isCallName(name))
          throw new WorkbenchError('malformed-message', `there is no call ${name}`);
        return { ok: true, value: await answer(handlers, name, input) };
      } catch (error) {
        return { ok: false, error: reportOf(error) };
      }
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function answer(handlers: Handlers, name: CallName, input: unknown): Promise<unknown> {
  // The schema of a name gives the arguments of its handler; types can't follow a name that varies.
  const handler = handlers[name] as (input: unknown) => unknown;
  return handler(CALLS[name].input.parse(input));
}

function check(draft: JsonObject): SettingsCheck {
  const settings = asSettings(draft);
  const { iterations, evaluateEvery, batchSize } = settings.training;
  const problems: SettingsProblem[] = [];
  const require = (isRight: boolean, path: string, message: string): void => {
    if (!isRight) problems.push({ path, message });
  };
  require(iterations >= 1, 'training.iterations', `is ${iterations}; expected at least 1`);
  require(batchSize >= 1, 'training.batchSize', `is ${batchSize}; expected at least 1`);
  require(evaluateEvery <=
    iterations, 'training.evaluateEvery', `is ${evaluateEvery}; expected at most training.iterations, ${iterations}`);
  return problems.length === 0 ? { valid: true, settings } : { valid: false, problems };
}

/** TensorFlow as it is set up. */
export const FAKE_TENSORFLOW: TensorFlowStatus = {
  state: 'installed',
  directory: '/cache/tensorflow/wheel',
  version: '2.21.0',
  route: 'wheel',
  bytes: 853e6,
  problem: undefined,
  progress: undefined,
  isBusyElsewhere: false,
  failure: undefined,
  needs: {
    source: 'index.example',
    downloadBytes: 274e6,
    downloadedBytes: 0,
    diskBytes: 853e6,
    neededBytes: 1191e6,
    freeBytes: 80e9,
    needsCompiler: false,
  },
};

function densityOf({ pruning }: Settings, level: number): number {
  if (level === 0) return 1;
  const target = 'targetDensity' in pruning ? pruning.targetDensity : undefined;
  return typeof target === 'number' ? target : 0.8 ** level;
}

function densitiesOf(settings: Settings): Float64Array {
  return Float64Array.from({ length: settings.pruning.levels + 1 }, (_, level) =>
    densityOf(settings, level),
  );
}

function summaryOf(settings: Settings): SettingsSummary {
  const densities = densitiesOf(settings);
  const trainings = plannedTrainings(settings).length;
  return {
    settings,
    written: settings,
    tensors: TENSORS,
    layers: [],
    exampleShape: [28, 28, 1],
    parameterCount: 266_610,
    prunableCount: 266_200,
    densities,
    kept: Uint32Array.from(
      [...densities].flatMap((density) =>
        TENSORS.map(({ weights }) => Math.round(weights * density)),
      ),
    ),
    trainings,
    iterations: trainings * settings.training.iterations,
    estimate: undefined,
    tensorflow: { reasons: [], canBeSparse: true },
  };
}

/** Noise in −1..1 that follows from its arguments. */
function noise(...parts: readonly number[]): number {
  const mixed = parts.reduce((sum, part) => Math.imul(sum ^ (part + 0x9e37), 0x85ebca6b), 0x2545);
  return Math.sin(mixed);
}

function evaluationOf(settings: Settings, key: TrainingKey, iteration: number): Evaluation {
  const density = densityOf(settings, key.level);
  const isTicket = key.branch === TICKET_BRANCH;
  const seed = [settings.replicates.seed, key.replicate, key.level, isTicket ? 1 : 2, iteration];
  const speed =
    (isTicket ? 3 + 2 * (1 - density) : 3 * density ** 0.6) / settings.training.iterations;
  const ceiling = isTicket
    ? 0.972 + 0.012 * (1 - density) - 0.02 * Math.max(0, Math.log(0.12 / density))
    : 0.972 - 0.03 * (1 - density) ** 2;
  const learned = 1 - Math.exp(-iteration * speed * 2);
  const accuracy = 0.1 + (ceiling - 0.1) * learned + 0.0015 * noise(...seed);
  const overfit = 0.05 * Math.max(0, iteration * speed - 2.2) * density;
  const loss = 2.3 * (1 - learned) + (1 - ceiling) * 3 + overfit + 0.004 * noise(...seed, 7);
  return {
    iteration,
    validationLoss: loss,
    validationAccuracy: accuracy,
    testLoss: loss * 1.04,
    testAccuracy: accuracy + 0.001 * noise(...seed, 9),
  };
}

function outcomeOf(settings: Settings, key: TrainingKey): TrainingOutcome {
  const { iterations, evaluateEvery } = settings.training;
  const evaluations = Array.from(
    { length: Math.floor(iterations / evaluateEvery) + 1 },
    (_, index) => evaluationOf(settings, key, index * evaluateEvery),
  );
  return { key, density: densityOf(settings, key.level), evaluations };
}

function resultOf(search: FakeSearch): SearchResult | undefined {
  return summarizeSearch(
    {
      id: search.id,
      name: search.name,
      status: search.state === 'paused' ? 'running' : search.state,
      settings: search.settings,
      written: search.settings,
      settingsHash: '',
      settingsVersion: 1,
      environment: {
        workbench: '',
        node: '',
        tensorflow: '',
        platform: '',
        cpu: '',
        cores: 1,
        workers: 1,
        threadsPerWorker: 1,
      },
      datasetFingerprint: '',
      createdAt: search.createdAt,
      finishedAt: search.finishedAt,
      trainingsDone: search.outcomes.length,
      trainingsTotal: search.outcomes.length + search.waiting.length + search.running.length,
      error: undefined,
    },
    search.outcomes,
    { keepsDensity: () => true, startsUntrained: () => true, testSet: () => undefined },
  );
}

function rowOf(search: FakeSearch): SearchRow {
  const result = resultOf(search);
  const levels = result?.levels ?? [];
  const tickets = levels.flatMap(({ level, density, branches }) => {
    const summary = branches[TICKET_BRANCH];
    return summary ? [{ level, density, summary }] : [];
  });
  const speaking =
    tickets.findLast(({ summary }) => summary.verdict.kind === 'winning') ?? tickets.at(-1);
  const accuracies = tickets.map(({ summary }) => summary.testAccuracyAtEarlyStop.mean);
  const { settings } = search;
  return {
    id: search.id,
    name: search.name,
    state: search.state,
    isOurs: search.state === 'running' || search.state === 'queued',
    createdAt: search.createdAt,
    finishedAt: search.finishedAt,
    waitedMilliseconds:
      search.finishedAt === undefined ? undefined : search.finishedAt - search.createdAt,
    trainingsDone: search.outcomes.length,
    trainingsTotal: search.outcomes.length + search.waiting.length + search.running.length,
    dataset: settings.dataset.id,
    architecture: settings.architecture.id,
    optimizer: settings.training.optimizer.id,
    strategy: settings.pruning.strategy.id,
    schedule: settings.pruning.schedule,
    levels: settings.pruning.levels,
    replicates: settings.replicates.count,
    iterations: settings.training.iterations,
    trainingMilliseconds: search.outcomes.length * 1300,
    tags: search.tags,
    note: search.note,
    isArchived: search.isArchived,
    verdict: speaking && {
      kind: speaking.summary.verdict.kind,
      level: speaking.level,
      density: speaking.density,
      reason: speaking.summary.verdict.reason,
    },
    denseAccuracy: result?.dense.testAccuracyAtEarlyStop.mean,
    bestAccuracy: accuracies.length === 0 ? undefined : Math.max(...accuracies),
    sparkline: Float32Array.from(
      result ? [result.dense.testAccuracyAtEarlyStop.mean, ...accuracies] : [],
    ),
    error: undefined,
  };
}

function sweepRowOf(rows: readonly SearchRow[]): SweepRow {
  const [first] = rows;
  const sum = (pick: (row: SearchRow) => number) => rows.reduce((all, row) => all + pick(row), 0);
  return {
    ...first!,
    ...FAKE_SWEEP,
    paths: ['training.batchSize'],
    swept: 'batchSize = 60, 120',
    points: rows.length,
    finishedPoints: rows.filter(({ state }) => state === 'finished').length,
    failedPoints: rows.filter(({ state }) => state === 'failed').length,
    trainingsDone: sum(({ trainingsDone }) => trainingsDone),
    trainingsTotal: sum(({ trainingsTotal }) => trainingsTotal),
    tags: [...new Set(rows.flatMap(({ tags }) => tags))],
  };
}

function liveOf(search: FakeSearch): LiveSearch {
  const { iterations } = search.settings.training;
  const total = search.outcomes.length + search.waiting.length + search.running.length;
  const done =
    search.outcomes.length +
    search.running.reduce(
      (sum, { evaluations }) => sum + evaluations.at(-1)!.iteration / iterations,
      0,
    );
  return {
    fraction: done / total,
    etaSeconds: (total - done) * 1.3,
    workers: WORKERS,
    running: search.running.map(({ key, worker, evaluations }) => ({
      key,
      worker,
      iteration: evaluations.at(-1)!.iteration,
      firstIteration: 0,
      lastIteration: iterations,
      etaSeconds: 1.3 * (1 - evaluations.at(-1)!.iteration / iterations),
    })),
    isPaused: search.state === 'paused',
    stopping: search.stopping,
  };
}

function curveOf(
  key: TrainingKey,
  evaluations: readonly Evaluation[],
  density: number | undefined,
): LearningCurve {
  const along = (pick: (evaluation: Evaluation) => number | undefined) =>
    Float64Array.from(evaluations, (evaluation) => pick(evaluation) ?? NaN);
  return {
    key,
    density,
    isFinished: density !== undefined,
    isWhole: true,
    iterations: Uint32Array.from(evaluations, ({ iteration }) => iteration),
    validationLoss: along(({ validationLoss }) => validationLoss),
    testLoss: along(({ testLoss }) => testLoss),
    validationAccuracy: along(({ validationAccuracy }) => validationAccuracy),
    testAccuracy: along(({ testAccuracy }) => testAccuracy),
  };
}

function seriesOf(search: FakeSearch): CallValue<'search.series'> {
  const result = resultOf(search);
  const branchOf = (branch: string): BranchSeries => {
    const points = [
      ...(result && branch === TICKET_BRANCH
        ? [{ level: 0, density: 1, summary: result.dense }]
        : []),
      ...(result?.levels ?? []).flatMap(({ level, density, branches }) => {
        const summary = branches[branch];
        return summary ? [{ level, density, summary }] : [];
      }),
    ];
    const measure = (pick: (summary: BranchSummary) => Spread): MeasureSeries => ({
      mean: Float64Array.from(points, ({ summary }) => pick(summary).mean),
      min: Float64Array.from(points, ({ summary }) => pick(summary).min),
      max: Float64Array.from(points, ({ summary }) => pick(summary).max),
      values: Float64Array.from(points.flatMap(({ summary }) => pick(summary).values)),
    });
    return {
      branch,
      levels: Uint32Array.from(points, ({ level }) => level),
      densities: Float64Array.from(points, ({ density }) => density),
      testAccuracyAtEarlyStop: measure((summary) => summary.testAccuracyAtEarlyStop),
      testAccuracy: measure((summary) => summary.testAccuracy),
      earlyStopIteration: measure((summary) => summary.earlyStopIteration),
      validationLoss: measure((summary) => summary.validationLoss),
    };
  };
  return {
    id: search.id,
    name: search.name,
    settings: search.settings,
    replicates: search.settings.replicates.count,
    branches: [TICKET_BRANCH, ...branchNames(search.settings)].map(branchOf),
  };
}
