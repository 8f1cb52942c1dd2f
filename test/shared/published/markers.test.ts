import { describe, expect, it } from 'vitest';
import { publishedFiles } from '../../../src/main/workbench/published/files.ts';
import { preset } from '../../../src/main/workbench/settings/presets.ts';
import { registries } from '../../../src/main/workbench/settings/registries.ts';
import { againstDensity, densityChart } from '../../../src/shared/charts/density-chart.ts';
import { drawnChart } from '../../../src/shared/charts/chart-description.ts';
import { LIGHT_THEME } from '../../../src/shared/charts/palette.ts';
import { chartSchema } from '../../../src/shared/contract/chart-schema.ts';
import { type Settings, resolveEpochs } from '../../../src/shared/domain/settings.ts';
import { summarizeSearch } from '../../../src/shared/domain/result.ts';
import type { SearchRecord } from '../../../src/shared/domain/search.ts';
import {
  type MarkedSearch,
  markedSearch,
  markersFor,
} from '../../../src/shared/published/markers.ts';
import { outcome } from '../domain/outcomes.ts';

const SIZES = {
  mnist: { id: 'mnist', trainExamples: 60_000, testExamples: 10_000, shape: [28, 28, 1] },
  'cifar-10': { id: 'cifar-10', trainExamples: 50_000, testExamples: 10_000, shape: [32, 32, 3] },
};

const settingsOf = (id: string, dataset: keyof typeof SIZES = 'mnist'): Settings =>
  resolveEpochs(registries, preset(id).settings, SIZES[dataset]);

const searchOf = (settings: Settings): MarkedSearch => ({
  settings,
  dense: { testAccuracyAtEarlyStop: 0.98, earlyStopIteration: 4000 },
  branches: ['ticket', 'random-reinit'],
});

const published = publishedFiles();
const markers = (settings: Settings, quantity: 'accuracy' | 'early-stop', own = []) =>
  markersFor(quantity, [searchOf(settings)], { published, own });

describe('published points', () => {
  it('are those of architecture, dataset and method, relative ones on one’s own dense network', () => {
    const found = markers(settingsOf('lenet-300-100'), 'early-stop');
    expect(found.warnings).toEqual([]);
    expect(found.series.map(({ label, branch }) => [label, branch])).toEqual([
      ['Frankle & Carbin 2019: winning tickets (times your dense network)', 'ticket'],
      ['Frankle & Carbin 2019: random reinit (times your dense network)', 'random-reinit'],
    ]);
    const [tickets] = found.series;
    expect(tickets?.points.map(({ density, value }) => [density, Math.round(value)])).toEqual([
      [0.211, 2480],
      [0.036, 4000],
    ]);
    expect(tickets?.points[0]?.note).toContain('section 2, figure 4 (arXiv 1803.03635)');
    const accuracy = markers(settingsOf('lenet-300-100'), 'accuracy').series;
    expect(
      accuracy.map(({ points }) => points.map(({ value }) => Number(value.toFixed(3)))),
    ).toEqual([[98.3, 98]]);
  });

  it('are not shown for another dataset, strategy, schedule, rewind, width or branch', () => {
    const own = settingsOf('lenet-300-100');
    const others: Settings[] = [
      { ...own, dataset: { ...own.dataset, id: 'fashion-mnist' } },
      { ...own, pruning: { ...own.pruning, strategy: { id: 'global-magnitude' } } },
      { ...own, pruning: { ...own.pruning, schedule: 'cubic' } },
      { ...own, rewind: { iteration: 500 } },
      { ...own, rewind: { id: 'fine-tune', iteration: 0 } },
      { ...own, architecture: { ...own.architecture, width: 2 } },
    ];
    for (const settings of others) expect(markers(settings, 'early-stop').series).toEqual([]);
    const withoutReinit = { ...searchOf(own), branches: ['ticket'] };
    expect(markersFor('early-stop', [withoutReinit], { published, own: [] }).series).toHaveLength(
      1,
    );
  });

  it('come with a warning where training or data differ', () => {
    const [warning] = markers(settingsOf('quick'), 'early-stop').warnings;
    expect(warning).toBe(
      'Trained otherwise than Frankle & Carbin 2019: iterations 50,000, here 1,000; all training examples, here 6,000.',
    );
    const resnet = settingsOf('resnet-20', 'cifar-10');
    const { training, dataset } = resnet;
    const short = { ...resnet, training: { ...training, iterations: 7031 } };
    expect(markers(short, 'accuracy').warnings[0]).toContain('epochs 182, here 20');
    const conv = settingsOf('conv-2', 'cifar-10');
    const flipped = { ...conv, dataset: { ...conv.dataset, flip: true } };
    expect(markers(flipped, 'accuracy').warnings[0]).toContain('no augmentation, here some');
    expect(dataset.flip).toBe(true);
  });

  it.each([
    [{ dataset: { id: 'mnist', validation: 30_000 } }, 'validation examples 5,000, here 30,000'],
    [{ training: { schedule: { id: 'cosine' } } }, 'learning-rate schedule constant, here cosine'],
    [
      { pruning: { strategy: { id: 'layerwise-magnitude', fraction: 0.5, outputFraction: 0.1 } } },
      '20 % of weights pruned per round, here 50 %',
    ],
    [
      { pruning: { schedule: 'densities', densities: [0.8, 0.2], levels: 2 } },
      '20 % of weights pruned per round, here 75 %',
    ],
  ])('warn of a search of LeNet-300-100 with %j', (changes, warning) => {
    const own = settingsOf('lenet-300-100');
    const [[name, part]] = Object.entries(changes) as [[keyof Settings, object]];
    const changed = { ...own, [name]: { ...(own[name] as object), ...part } } as Settings;
    expect(markers(changed, 'early-stop').warnings).toEqual([
      `Trained otherwise than Frankle & Carbin 2019: ${warning}.`,
    ]);
  });

  it('warn of another rewind point, milestones and validation split of ResNet-20', () => {
    const own = settingsOf('resnet-20', 'cifar-10');
    const warningsOf = (changes: Partial<Settings>): string =>
      markers({ ...own, ...changes }, 'accuracy').warnings.join('\n');
    expect(warningsOf({})).not.toContain('Trained otherwise than Renda');
    expect(warningsOf({ rewind: { iteration: 100 } })).toContain('rewound to epoch 12, here 0.284');
    const { schedule } = own.training;
    const early = { ...schedule, milestones: [10_000, 20_000] };
    expect(warningsOf({ training: { ...own.training, schedule: early } })).toContain(
      'learning rate lowered at epochs 91 and 136, here 28.4 and 56.9',
    );
    expect(warningsOf({ dataset: { ...own.dataset, validation: 30_000 } })).toContain(
      'validation examples not recorded, here 30,000',
    );
  });

  it('say where the length of training or the rewind point is not recorded', () => {
    const { warnings } = markers(settingsOf('resnet-20', 'cifar-10'), 'accuracy');
    const adnan = 'Adnan, Jain, Sharma, Krishnan & Ioannou 2025';
    expect(warnings).toContain(
      `It is not recorded how long ${adnan} trained, so lengths may differ.`,
    );
    expect(warnings).toContain(
      `Trained otherwise than ${adnan}: rewound to an iteration not recorded, here 4,219.`,
    );
  });

  it('without a density are lines across charts of their branch', () => {
    const search = { ...searchOf(settingsOf('lenet-300-100')), branches: ['ticket', 'supermask'] };
    const found = markersFor('accuracy', [search], { published, own: [] });
    expect(found.lines).toEqual([
      {
        label: 'Zhou, Lan, Liu & Yosinski 2019: untrained lottery mask, density not given',
        branch: 'supermask',
        value: 86,
      },
      {
        label:
          'Zhou, Lan, Liu & Yosinski 2019: learned supermask (at the end of training), density not given',
        branch: 'supermask',
        value: expect.closeTo(95.3) as number,
      },
    ]);
    const chart = againstDensity({ title: '', subtitle: '', yTitle: '', lines: [] }, [1, 0.1], {
      markers: found,
      branches: search.branches,
    });
    expect(chartSchema.parse(chart)).toEqual(chart);
    const drawn = drawnChart(chart, LIGHT_THEME).data.datasets.filter(({ label }) =>
      label?.includes('density not given'),
    );
    expect(drawn).toMatchObject([
      { borderColor: LIGHT_THEME.series[1], data: [{ x: 100, y: 86 }, { y: 86 }] },
      { borderColor: LIGHT_THEME.series[1] },
    ]);
  });

  it('say where an accuracy is that at the end of training', () => {
    const labels = markers(settingsOf('resnet-20', 'cifar-10'), 'accuracy').series.map(
      ({ label }) => label,
    );
    expect(labels).toContain(
      'Renda, Frankle & Carbin 2020: weights rewound to epoch 12 (at the end of training)',
    );
    expect(labels.join()).not.toContain('learning-rate rewinding');
  });

  it('include one’s own where they belong', () => {
    const own = [
      {
        name: 'mine',
        dataset: 'mnist',
        points: [
          { density: 0.3, measure: 'early-stop-iteration' as const, value: 2000 },
          { density: 0.3, measure: 'test-accuracy' as const, value: 0.97 },
        ],
      },
      { name: 'others', architecture: 'conv-2', points: [] },
    ];
    const found = markersFor('early-stop', [searchOf(settingsOf('quick'))], { published: [], own });
    expect(found.series).toEqual([
      { label: 'mine', points: [{ density: 0.3, value: 2000, note: 'your own point' }] },
    ]);
  });
});

describe('a density chart', () => {
  it('draws published points as hollow marks within its axis, and warns in its subtitle', () => {
    const settings = settingsOf('quick');
    const outcomes = [0, 1, 2].flatMap((replicate) => [
      outcome({ replicate }),
      outcome({ replicate, level: 1, density: 0.5 }),
    ]);
    const record = { id: 'a', name: 'mine', status: 'finished', settings } as SearchRecord;
    const result = summarizeSearch(record, outcomes, {
      keepsDensity: () => true,
      startsUntrained: () => true,
      testSet: () => undefined,
    });
    const found = markersFor('early-stop', [markedSearch(result!)], { published, own: [] });
    const chart = densityChart(result!, 'early-stop', { markers: found });
    expect(chartSchema.parse(chart)).toEqual(chart);
    expect(chart.subtitle).toContain('Trained otherwise than Frankle & Carbin 2019');
    const drawn = drawnChart(chart, LIGHT_THEME);
    const [marks] = drawn.data.datasets.filter(({ showLine }) => showLine === false);
    expect(marks).toMatchObject({
      backgroundColor: 'transparent',
      borderColor: LIGHT_THEME.series[0],
      data: [{ note: expect.stringContaining('arXiv') as string }, {}],
    });
    expect(chart.x?.min).toBeCloseTo(3.6);
  });
});
