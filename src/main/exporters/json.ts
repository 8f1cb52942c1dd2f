import type { Environment } from '../../shared/domain/search.ts';
import { earlyStop } from '../../shared/domain/training.ts';
import { type ExportData, type Exporter, NO_HPARAMS } from './exporter.ts';

/** Metrics with all that is known of each training; settings as `ticket search --config` takes them. */
export const json: Exporter = {
  id: 'json',
  label: 'JSON',
  description: 'Metrics with the facts of each training, or settings to run again.',
  hparams: NO_HPARAMS,
  write: {
    metrics: (data) => jsonBytes(metricsDocument(data)),
    settings: jsonBytes,
    'sweep-table': (table) =>
      jsonBytes({ format: 'ticket-workbench/sweep', version: SWEEP_VERSION, ...table }),
  },
};

/** Raised when the meaning of a field changes; new fields do not count. */
const METRICS_VERSION = 1;
const SWEEP_VERSION = 1;

function metricsDocument({ search, layout, trainings }: ExportData['metrics']): unknown {
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
      settingsHash: search.settingsHash,
      settings: search.settings,
    },
    environments,
    trainings: documents,
  };
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}
