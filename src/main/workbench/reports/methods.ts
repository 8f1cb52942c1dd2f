/** A paragraph on methods, written from the settings: a draft that its author edits. */
import { amount, formatCount } from '../../../shared/amount.ts';
import { nameOfBranch } from '../../../shared/domain/branch.ts';
import type { Choice, Definition, Registry } from '../../../shared/domain/definition.ts';
import { normalizationIdOf, rewindIdOf, type Settings } from '../../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { formatDensity, formatShortPercent } from '../../../shared/percent-text.ts';
import { registries } from '../settings/registries.ts';
import type { ReportedSearch } from './reported-search.ts';

export function methodsOf({ search, data, prunableWeights, result }: ReportedSearch): string {
  const { settings } = search;
  const { training, pruning, replicates, dataset } = settings;
  const optimizer = described(registries.optimizers, training.optimizer);
  const summary = data.get(TICKET_BRANCH);
  const examples = summary
    ? ` (${formatCount(summary.train)} training, ${formatCount(summary.validation)} validation and ${formatCount(summary.test)} test examples)`
    : '';
  const last = result?.levels.at(-1);
  const sentences = [
    `We searched for winning tickets (Frankle & Carbin 2019) in ${described(registries.architectures, settings.architecture)} with ${formatCount(prunableWeights)} prunable weights, on ${labelOf(registries.datasets, dataset.id)}${examples}.`,
    `Features were normalised with the method ${labelOf(registries.normalizations, normalizationIdOf(dataset))}, and weights initialised with ${described(registries.initializers, settings.initializer)}.`,
    `Every network was trained for ${formatCount(training.iterations)} iterations with ${optimizer} and batches of ${formatCount(training.batchSize)} examples${scheduleOf(settings)}.`,
    `The validation set was evaluated every ${amount(training.evaluateEvery, 'iteration')}; the early stop is the iteration of minimum validation loss, and test accuracies are those at the early stop.`,
    `In ${amount(pruning.levels, 'level')}, the strategy ${described(registries.strategies, pruning.strategy)} pruned weights by the schedule ${labelOf(registries.pruningSchedules, pruning.schedule)}${last ? `, down to a density of ${formatDensity(last.density)} (prunable weights kept)` : ''}.`,
    `After each level, surviving weights were ${resetOf(settings)}, and pruned weights stayed at zero.`,
    ...controlsOf(settings),
    `The whole search was run ${replicates.count === 1 ? 'once' : `${formatCount(replicates.count)} times, with different seeds`} (N = ${replicates.count}, seed ${replicates.seed}).`,
    verdictOf(settings),
    // A search that waits has no environment yet.
    ...(search.environment.cores === 0
      ? []
      : [
          `All computations ran with Ticket Workbench ${search.environment.workbench}${onProcessor(search.environment)}.`,
        ]),
  ];
  return sentences.join(' ');
}

function scheduleOf({ training }: Settings): string {
  const { schedule, clipNorm, labelSmoothing } = training;
  return [
    schedule.id === 'constant'
      ? ''
      : `, with the learning-rate schedule ${described(registries.learningRateSchedules, schedule)}`,
    clipNorm === undefined ? '' : `, with gradients clipped to a norm of ${clipNorm}`,
    labelSmoothing === 0 ? '' : `, with label smoothing of ${labelSmoothing}`,
  ].join('');
}

/** What survivors start from: `reset to their original initial weights`. */
function resetOf({ rewind }: Settings): string {
  const { iteration } = rewind;
  switch (rewindIdOf(rewind)) {
    case 'weights':
      return iteration === 0
        ? 'reset to their own original initial weights'
        : `rewound to their weights at iteration ${formatCount(iteration)}`;
    case 'learning-rate':
      return `kept at their trained values, and the learning-rate schedule was rewound to iteration ${formatCount(iteration)}`;
    case 'fine-tune':
      return 'kept at their trained values and fine-tuned';
    default:
      return `set by the rewind ${rewindIdOf(rewind)}`;
  }
}

function controlsOf({ branches, branchLevels }: Settings): string[] {
  if (branches.length === 0) return [];
  const names = branches.map(nameOfBranch).join(', ');
  const levels = branchLevels ? `levels ${branchLevels.join(', ')}` : 'every level';
  return [`From the masks of ${levels} we also trained: ${names}.`];
}

function verdictOf({ verdict }: Settings): string {
  const { accuracyTolerance, iterationTolerance, confidence } = verdict;
  const tolerances =
    accuracyTolerance === 0 && iterationTolerance === 0
      ? ''
      : ` (tolerances: ${Number((accuracyTolerance * 100).toPrecision(6))} points of accuracy, ${formatShortPercent(iterationTolerance, 6)} of the dense early stop)`;
  return (
    'A ticket is called winning if its test accuracy is at least that of the dense network and its ' +
    `early stop no later${tolerances}: both ${formatShortPercent(confidence)} confidence intervals of the paired ` +
    "differences over replicates (Student's t, with the error of the finite test set and of the " +
    'evaluation interval) must lie on that side. Where several levels are judged, Holm’s correction ' +
    'says which of them still win.'
  );
}

function onProcessor({ tensorflow, cpu }: ReportedSearch['search']['environment']): string {
  const parts = [
    tensorflow === '' || tensorflow === 'not installed' ? '' : `TensorFlow ${tensorflow}`,
    cpu,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

/** `Adam (learningRate 0.0012)`: an entry with its settings. */
function described(registered: Registry<Definition>, { id, ...settings }: Choice): string {
  const own = Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return own.length === 0
    ? labelOf(registered, id)
    : `${labelOf(registered, id)} (${own.join(', ')})`;
}

function labelOf(registered: Registry<Definition>, id: string): string {
  return registered.entries.find((entry) => entry.id === id)?.label ?? id;
}
