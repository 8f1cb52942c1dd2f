/** Which published figures a search can be compared with, and how its training differs from theirs. */
import { augmentationOf, DEFAULT_REWIND, rewindIdOf, type Settings } from '../domain/settings.ts';
import { largest } from '../extremes.ts';
import type { PublishedSeries, PublishedSetup } from './schema.ts';

/** Whether architecture, dataset and method are those of the figures. */
export function matches({ belongsTo }: PublishedSeries, settings: Settings): boolean {
  const { architecture, dataset, strategies, schedules, rewind } = belongsTo;
  return (
    architecture === settings.architecture.id &&
    hasUsualWidth(settings) &&
    dataset === settings.dataset.id &&
    (strategies.length === 0 || strategies.includes(settings.pruning.strategy.id)) &&
    (schedules.length === 0 || schedules.includes(settings.pruning.schedule)) &&
    (rewind === 'any' || rewind === rewindOf(settings))
  );
}

/** A wider network is another one. */
function hasUsualWidth({ architecture }: Settings): boolean {
  return architecture['width'] === undefined || architecture['width'] === 1;
}

function rewindOf({ rewind }: Settings): string {
  const id = rewindIdOf(rewind);
  if (id !== DEFAULT_REWIND) return id;
  return rewind.iteration === 0 ? 'initialization' : 'later';
}

/** How far iterations and epochs may differ, relatively: rounding to batches gives no whole epochs. */
const TOLERANCE = 0.01;

/** In a list of densities, output layers with a rate of their own make rounds a little smaller. */
const FRACTION_TOLERANCE = 0.02;

/** What presets hold out for validation. More takes away training examples that a source may have had. */
const USUAL_VALIDATION = 5000;

/** How a search trains otherwise than the source: `50,000 iterations, here 1,000`. Empty if alike. */
export function differencesOf({ belongsTo, setup }: PublishedSeries, settings: Settings): string[] {
  return [
    ...differencesOfTraining(setup, settings),
    ...(belongsTo.rewind === 'later' ? differencesOfRewind(setup, settings) : []),
    ...differencesOfPruning(setup, settings),
    ...differencesOfData(setup, settings),
  ];
}

function differencesOfTraining(setup: PublishedSetup, settings: Settings): string[] {
  const { optimizer, batchSize, iterations } = settings.training;
  const { optimizer: there = optimizer.id } = setup;
  return [
    ...compared('iterations', setup.iterations, iterations),
    ...compared('epochs', setup.epochs, epochsAt(iterations, setup, settings)),
    ...compared('batch size', setup.batchSize, batchSize),
    ...(there === optimizer.id
      ? compared('learning rate', setup.learningRate, optimizer['learningRate'])
      : [`optimizer ${there}, here ${optimizer.id}`]),
    ...differencesOfSchedule(setup, settings),
  ];
}

function differencesOfSchedule(setup: PublishedSetup, settings: Settings): string[] {
  const { schedule } = settings.training;
  if (setup.schedule !== undefined && setup.schedule !== schedule.id) {
    return [`learning-rate schedule ${setup.schedule}, here ${schedule.id}`];
  }
  const { milestoneEpochs: there } = setup;
  if (!there) return [];
  const here = numbersOf(schedule['milestones']).map(
    (milestone) => epochsAt(milestone, setup, settings) ?? NaN,
  );
  if (here.length === there.length && there.every((epoch, at) => isAlike(epoch, here[at]!))) {
    return [];
  }
  return [`learning rate lowered at epochs ${listed(there)}, here ${listed(here)}`];
}

function differencesOfRewind(setup: PublishedSetup, settings: Settings): string[] {
  const { iteration } = settings.rewind;
  return setup.rewindEpoch === undefined
    ? [`rewound to an iteration not recorded, here ${written(iteration)}`]
    : compared('rewound to epoch', setup.rewindEpoch, epochsAt(iteration, setup, settings));
}

function differencesOfPruning(setup: PublishedSetup, settings: Settings): string[] {
  return PRUNED.flatMap(([name, what]) => {
    const there = setup.prunedPerRound?.[name];
    const here = fractionPerRound(settings.pruning, name);
    if (there === undefined || here === undefined) return [];
    if (Math.abs(here - there) <= FRACTION_TOLERANCE) return [];
    return [`${percent(there)} of ${what} pruned per round, here ${percent(here)}`];
  });
}

function differencesOfData(setup: PublishedSetup, { dataset }: Settings): string[] {
  const { validation, subset, testSubset, randomLabels } = dataset;
  const isAugmented = augmentationOf(dataset) !== undefined;
  const isSplitUnknown = setup.validation === undefined && validation > USUAL_VALIDATION;
  const isAugmentedAlike = (setup.isAugmented ?? isAugmented) === isAugmented;
  return [
    ...compared('validation examples', setup.validation, validation),
    ...(isSplitUnknown ? [`validation examples not recorded, here ${written(validation)}`] : []),
    ...(subset === undefined ? [] : [`all training examples, here ${written(subset)}`]),
    ...(testSubset === undefined ? [] : [`all test examples, here ${written(testSubset)}`]),
    ...(randomLabels === undefined ? [] : ['true labels, here some random ones']),
    ...(isAugmentedAlike
      ? []
      : [isAugmented ? 'no augmentation, here some' : 'augmentation, here none']),
  ];
}

/** @param there undefined if it is not recorded. */
function compared(what: string, there: number | undefined, here: unknown): string[] {
  if (there === undefined || typeof here !== 'number' || isAlike(there, here)) return [];
  return [`${what} ${written(there)}, here ${written(here)}`];
}

function isAlike(there: number, here: number): boolean {
  return Math.abs(here - there) <= TOLERANCE * there;
}

/** Undefined if it is not recorded how many examples the dataset has. */
function epochsAt(
  iteration: number,
  { trainExamples }: PublishedSetup,
  { training, dataset }: Settings,
): number | undefined {
  if (trainExamples === undefined) return undefined;
  const examples = dataset.subset ?? trainExamples - dataset.validation;
  return (iteration * training.batchSize) / examples;
}

/** Whether it is known how long the source trained. */
export function isLengthKnown({ iterations, epochs }: PublishedSetup): boolean {
  return iterations !== undefined || epochs !== undefined;
}

const PRUNED = [
  ['fraction', 'weights'],
  ['convFraction', 'weights of convolutions'],
  ['outputFraction', 'weights of the output layer'],
] as const;

/** The largest fraction that a round prunes; undefined if the schedule has no equal rounds. */
function fractionPerRound(
  { schedule, strategy, ...others }: Settings['pruning'],
  name: (typeof PRUNED)[number][0],
): number | undefined {
  if (schedule === 'iterative') {
    const fraction: unknown = strategy[name] ?? strategy['fraction'];
    return typeof fraction === 'number' ? fraction : undefined;
  }
  // A list only tells what all weights together lose.
  if (!('densities' in others) || name !== 'fraction') return undefined;
  const densities = numbersOf(others.densities);
  return largest(densities.map((density, index) => 1 - density / (densities[index - 1] ?? 1)));
}

function percent(fraction: number): string {
  return `${written(fraction * 100)} %`;
}

function numbersOf(value: unknown): number[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.filter((each) => typeof each === 'number');
}

function listed(values: readonly number[]): string {
  return values.length === 0 ? 'none' : values.map(written).join(' and ');
}

function written(value: number): string {
  const digits = value < 1 ? Number(value.toPrecision(3)) : Number(value.toFixed(1));
  return digits.toLocaleString('en-US', { maximumSignificantDigits: 9 });
}
