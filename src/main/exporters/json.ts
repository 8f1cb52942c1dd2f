import { isDeepStrictEqual } from 'node:util';
import type { Environment } from '../../shared/domain/search.ts';
import { earlyStop, TICKET_BRANCH } from '../../shared/domain/training.ts';
import { transferNames } from '../../shared/domain/transfer.ts';
import { readableData } from '../../shared/domain/readable-data.ts';
import { type ExportData, type Exporter, NO_HPARAMS } from './exporter.ts';

/** Metrics with details of each training; analyses; settings for `ticket search --config`. */
export const json: Exporter = {
  id: 'json',
  label: 'JSON',
  description: 'Metrics with the details of each training, analyses, or settings to run again.',
  hparams: NO_HPARAMS,
  mediaType: 'application/json',
  fileEnding: 'json',
  write: {
    metrics: (data) => jsonBytes(metricsDocument(data)),
    analyses: (data) => jsonBytes(analysesDocument(data)),
    settings: ({ written, data }) => jsonBytes({ ...written, ...dataDocument(data) }),
    'sweep-table': (table) =>
      jsonBytes({ format: 'ticket-workbench/sweep', version: SWEEP_VERSION, ...table }),
  },
};

/** Raised when the meaning of a field changes; new fields do not count. */
const METRICS_VERSION = 1;
const SWEEP_VERSION = 1;

function metricsDocument(data: ExportData['metrics']): unknown {
  const { search, layout, trainings } = data;
  const environments: Environment[] = [];
  const indexOf = (environment: Environment): number => {
    const text = JSON.stringify(environment);
    const known = environments.findIndex((other) => JSON.stringify(other) === text);
    return known === -1 ? environments.push(environment) - 1 : known;
  };
  const documents = trainings.map(({ key, environment, ...training }) => ({
    replicate: key.replicate + 1,
    level: key.level,
    branch: key.branch,
    density: training.density,
    keptCounts: Object.fromEntries(
      layout.prunable.map(({ name }, index) => [name, training.keptCounts[index]]),
    ),
    engine: training.engine,
    ...(training.adoptedFrom === undefined ? {} : { adoptedFrom: training.adoptedFrom }),
    environment: indexOf(environment),
    trainingMilliseconds: training.trainingMilliseconds,
    evaluationMilliseconds: training.evaluationMilliseconds,
    finishedAt: new Date(training.finishedAt).toISOString(),
    earlyStopIteration: earlyStop(training.evaluations).iteration,
    evaluations: training.evaluations,
  }));
  return {
    format: 'ticket-workbench/metrics',
    version: METRICS_VERSION,
    units: {
      replicate: 'counted from 1',
      density: 'fraction of prunable weights kept',
      keptCounts: 'weights',
      environment: 'index into environments',
      iteration: 'optimizer steps',
      loss: 'mean cross-entropy in nats',
      accuracy: 'fraction of examples, 0 to 1',
      earlyStopIteration: 'iteration of minimum validation loss',
    },
    search: {
      id: search.id,
      name: search.name,
      status: search.status,
      createdAt: new Date(search.createdAt).toISOString(),
      trainingsDone: search.trainingsDone,
      trainingsTotal: search.trainingsTotal,
      datasetFingerprint: search.datasetFingerprint,
      ...(search.targetFingerprints ? { targetFingerprints: search.targetFingerprints } : {}),
      settingsHash: search.settingsHash,
      ...settingsOf(search),
      ...dataDocument(data.data),
    },
    environments,
    trainings: documents,
    ...transferDocument(data),
  };
}

/** The verdicts of transferred tickets against the dense networks on their targets. */
function transferDocument({ search, result }: ExportData['metrics']): {
  readonly transfers?: unknown;
} {
  const names = transferNames(search.settings);
  if (names.length === 0) return {};
  const transfers = names.map((branch) => ({
    branch,
    levels: (result?.levels ?? []).flatMap(({ level, branches: { [branch]: summary } }) =>
      summary ? [{ level, density: summary.density, verdict: summary.verdict }] : [],
    ),
  }));
  return { transfers };
}

/** What was read. `ticket search --config` passes over it. */
function dataDocument(data: ExportData['settings']['data']): object {
  const { [TICKET_BRANCH]: own, ...targets } = Object.fromEntries(data);
  const hasTargets = Object.keys(targets).length > 0;
  return own ? { data: { ...own, ...(hasTargets ? { targets } : {}) } } : {};
}

/** The settings as written; if they are in epochs, also in iterations. */
function settingsOf({ settings, written }: ExportData['metrics']['search']): object {
  if (isDeepStrictEqual(settings, written)) return { settings };
  return { settings: written, settingsInIterations: settings };
}

/** Raised when the meaning of a field changes; new fields do not count. */
const ANALYSES_VERSION = 2;

/** Results as they are stored, but with replicates counted from 1; docs/analyses.md explains them. */
function analysesDocument({ search, analyses }: ExportData['analyses']): unknown {
  return {
    format: 'ticket-workbench/analyses',
    version: ANALYSES_VERSION,
    units: {
      replicate: 'counted from 1',
      density: 'fraction of prunable weights kept',
      error: 'fraction of examples, 0 to 1',
      loss: 'mean cross-entropy in nats',
      barrier: 'fraction of examples: the largest error minus the mean of the ends',
      overlap: 'Jaccard, 0 to 1',
      distances: 'fraction of prunable weights, masks x masks, row-major',
    },
    search: {
      id: search.id,
      name: search.name,
      datasetFingerprint: search.datasetFingerprint,
      settingsHash: search.settingsHash,
      ...settingsOf(search),
    },
    analyses: analyses.map(({ id, choice, unitsDone, unitsTotal, results }) => ({
      number: id,
      analysis: choice,
      unitsDone,
      unitsTotal,
      results: readableData(results),
    })),
  };
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}
