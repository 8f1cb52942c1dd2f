import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { mlflow } from '../../../../src/main/exporters/programs/trackers.ts';
import { FIXTURES, METRICS, SEARCH } from '../samples.ts';

function jsonOf(path: string): unknown {
  const file = mlflow.files(METRICS).find((each) => each.path === path)!;
  return JSON.parse(new TextDecoder().decode(file.bytes));
}

const [FIRST] = METRICS.trainings;

it('has a run of MLflow for each training, with times, tags and metrics by step', () => {
  const { runs } = jsonOf('mlflow.json') as {
    runs: Record<string, unknown>[];
  };
  expect(runs).toHaveLength(METRICS.trainings.length);
  expect(runs[0]).toMatchObject({
    name: 'replicate-1/level-00/ticket',
    end_time: FIRST!.finishedAt,
    tags: { search_id: SEARCH.id, settings_hash: SEARCH.settingsHash },
    params: { replicate: '1', level: '0', branch: 'ticket' },
  });
  const metrics = runs[0]!['metrics'] as { key: string; step: number; timestamp: number }[];
  const curve = metrics.filter(({ key }) => key === 'validation_accuracy');
  expect(curve.map(({ step }) => step)).toEqual([0, 100, 200]);
  expect(curve.at(-1)).toMatchObject({ value: 1 / 3, timestamp: FIRST!.finishedAt });
  // A result is no second point of the curve of the same name.
  expect(metrics.filter(({ key, step }) => key === 'test_accuracy' && step === 0)).toHaveLength(1);
});

it('has a run of W&B for each training, with config, history and summary', () => {
  expect(jsonOf('wandb.json')).toMatchObject({
    group: SEARCH.id,
    runs: [
      {
        name: 'replicate-1/level-00/ticket',
        job_type: 'ticket',
        config: { replicate: 1, level: 0, branch: 'ticket' },
        history: [
          { step: 0, validation_accuracy: 0.1 },
          { step: 100, validation_accuracy: FIRST!.evaluations[1]!.validationAccuracy },
          { step: 200, validation_accuracy: 1 / 3 },
        ],
        summary: { density: FIRST!.density },
      },
      { name: 'replicate-2/level-01/random-reinit' },
    ],
  });
});

interface Metric {
  readonly key: string;
  readonly step: number;
  readonly value: number;
  readonly timestamp: number;
}

/** What the clients of both had after the scripts had run (trackers.slow.test.ts). */
const imported = JSON.parse(readFileSync(path.join(FIXTURES, 'trackers.json'), 'utf8')) as Record<
  'mlflow' | 'wandb',
  { readonly runs: Readonly<Record<string, unknown>> }
>;

it('is what MLflow’s own client had after an import', () => {
  const { runs } = jsonOf('mlflow.json') as {
    runs: (Record<string, unknown> & { name: string; metrics: Metric[] })[];
  };
  const expected = runs.map(({ name, metrics, ...others }) => {
    const byName = Map.groupBy(metrics, ({ key }) => key);
    const histories = [...byName].map(([key, points]) => [
      key,
      points.map(({ step, value, timestamp }) => [step, value, timestamp]),
    ]);
    return [name, { status: 'FINISHED', ...others, metrics: Object.fromEntries(histories) }];
  });
  expect(imported.mlflow.runs).toEqual(Object.fromEntries(expected));
});

it('is what W&B’s own client wrote after an import', () => {
  const { group, runs } = jsonOf('wandb.json') as {
    group: string;
    runs: (Record<string, unknown> & {
      name: string;
      history: ({ step: number } & Record<string, number>)[];
      summary: Record<string, number>;
    })[];
  };
  const expected = runs.map(({ name, history, summary, ...others }) => {
    const rows = history.map(({ step, ...values }) => [step, values] as const);
    const last = rows.at(-1)![1];
    const own = { project: 'a-project', group, history: rows, summary: { ...last, ...summary } };
    return [name, { ...others, ...own }];
  });
  expect(imported.wandb.runs).toEqual(Object.fromEntries(expected));
});
