import { isDeepStrictEqual } from 'node:util';
import { SettingsError, WorkbenchError } from '../../../shared/contract/errors.ts';
import { branchNames } from '../../../shared/domain/branch.ts';
import type { Choice } from '../../../shared/domain/definition.ts';
import type { EngineId, EngineSetting } from '../../../shared/domain/engine.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import {
  checkAgainstDataset,
  type DatasetSize,
  type EvaluatedExamples,
  evaluatedExamples,
  resolveEpochs,
  type Settings,
  type WrittenSettings,
} from '../../../shared/domain/settings.ts';
import { trainedWith, transferNames } from '../../../shared/domain/transfer.ts';
import { architectures } from '../../engine/architectures/index.ts';
import type { Dataset } from '../../engine/datasets/dataset.ts';
import { datasets } from '../../engine/datasets/index.ts';
import type { NetworkSpec } from '../../engine/layers/spec.ts';
import { checkBatchStatistics, layoutOf } from '../../engine/network.ts';
import { checkedTargets } from '../../engine/pruning/levels.ts';
import type { SparsityTarget } from '../../engine/pruning/strategy.ts';
import { denseOnlyOptimizer } from '../../engine/training/optimizer-engines.ts';
import { schedules } from '../../engine/training/schedules/index.ts';
import { unitsOf } from '../analyses/analysis-plan.ts';
import { registries } from '../settings/registries.ts';
import { checkImportedBranches, checkInitialWeights, pinnedImports } from './imports.ts';
import { withShapeHint } from './shape-hints.ts';

/** What is known about a search before its first step. */
export interface SearchPlan {
  /** With epochs converted to iterations. */
  readonly settings: Settings;
  /** As given, with the fingerprints of imported files, to be stored. */
  readonly written: WrittenSettings;
  readonly network: NetworkSpec;
  readonly layout: ParameterLayout;
  /** The sparsity targets of levels 1, 2, … */
  readonly targets: readonly SparsityTarget[];
  /** How many examples each evaluation is on. */
  readonly evaluated: EvaluatedExamples;
  /** The networks that transfers train, by branch. */
  readonly targetLayouts: ReadonlyMap<string, ParameterLayout>;
}

/**
 * Checks everything that can be known before the first step. Only the datasets' headers are read.
 *
 * @throws WorkbenchError `invalid-settings` naming path, value and what is allowed; `invalid-data` or
 *   `not-found` if a dataset can't be read.
 */
export async function planSearch(given: WrittenSettings): Promise<SearchPlan> {
  const size = await sizeOf(given.dataset);
  checkAgainstDataset(given, size);
  const resolved = resolveEpochs(registries, given, size);
  const network = networkOn(resolved, size);
  const pinned = pinnedImports(given, network);
  const settings: Settings = { ...resolved, ...pinned };
  const layout = layoutOf(network);
  checkEngine(settings);
  const targets = checkedTargets(settings.pruning, network);
  checkImportedBranches(settings, network, targets);
  for (const choice of settings.analyses ?? []) unitsOf(choice, { settings, layout, targets });
  return {
    settings,
    written: withRewindIteration({ ...given, ...pinned }, settings),
    network,
    layout,
    targets,
    evaluated: evaluatedExamples(settings.dataset, size),
    targetLayouts: await planTransfers(settings, size),
  };
}

/** @throws WorkbenchError `invalid-settings` if an engine lacks an optimizer of the search. */
function checkEngine(settings: Settings): void {
  const optimizer = denseOnlyOptimizer(settings);
  if (!optimizer) return;
  const { engine, engines = [] } = settings.training;
  const written: [string, EngineSetting][] = [
    ['training.engine', engine],
    ...engines.map((each, level): [string, EngineId] => [`training.engines.${level}`, each]),
  ];
  const wrong = written.find(([, each]) => isSparse(each));
  if (!wrong) return;
  const [path, chosen] = wrong;
  const message = `${path} is ${chosen}; expected dense or auto, because ${optimizer.path} is ${optimizer.id}, which only the dense engine has`;
  throw new SettingsError(
    [{ path, message }],
    'Train on the dense engine, or choose another optimizer.',
  );
}

const isSparse = (engine: EngineSetting): boolean =>
  engine === 'sparse' || engine === 'sparse-relaxed';

interface SizedDataset extends DatasetSize {
  readonly classes: number;
}

/**
 * The size of a dataset, from its headers.
 *
 * @throws WorkbenchError `invalid-data` or `not-found` if it can't be read.
 */
export async function sizeOf(choice: Choice): Promise<SizedDataset> {
  const dataset = datasets.get(choice.id);
  return { id: dataset.id, ...(await dataset.summarize(choice)) };
}

/** `rewind.epoch` has always been stored together with the resulting iteration. */
function withRewindIteration(given: WrittenSettings, { rewind }: Settings): WrittenSettings {
  if (given.rewind.epoch === undefined) return given;
  return { ...given, rewind: { ...given.rewind, iteration: rewind.iteration } };
}

/**
 * The network to train on a dataset. Also checks that there is something to learn, that the schedule
 * fits into the iterations, and the batch size into the network.
 */
function networkOn(
  { architecture, initializer, training, dataset }: Settings,
  size: SizedDataset,
  at = 'dataset',
): NetworkSpec {
  const { schedule, iterations } = training;
  schedules.get(schedule.id).create(schedule, iterations);
  if (size.classes < 2) {
    throw new WorkbenchError(
      'invalid-data',
      `the dataset ${size.id} has one class only; expected at least two, because a network that always answers with one class is always right`,
      'Check that the settings of the dataset name the right labels.',
    );
  }
  const network = withShapeHint(datasets.get(dataset.id), size.shape, at, (shape) =>
    architectures.get(architecture.id).build(architecture, shape, size.classes),
  );
  checkBatchStatistics(network, training.batchSize);
  checkInitialWeights(initializer, network);
  return network;
}

/**
 * The network of a search on its dataset.
 *
 * @throws WorkbenchError `conflict` if the dataset no longer gives the network that the search was
 *   planned for; `invalid-settings` if it gives none.
 */
export function plannedNetwork(
  { architecture }: Settings,
  planned: ParameterLayout,
  { id, shape, classes }: Pick<Dataset, 'id' | 'shape' | 'classes'>,
): NetworkSpec {
  const network = architectures.get(architecture.id).build(architecture, shape, classes);
  if (hasSameParameters(layoutOf(network), planned)) return network;
  throw new WorkbenchError(
    'conflict',
    `the dataset ${id} has changed since the search was planned: it has ${classes} classes and examples of shape [${shape.join(', ')}], which give another network`,
    'Restore the dataset, or start a new search.',
  );
}

/** Whether the networks have parameters of the same names and shapes. */
export function hasSameParameters(one: ParameterLayout, other: ParameterLayout): boolean {
  return isDeepStrictEqual(parametersOf(one), parametersOf(other));
}

function parametersOf({ parameters }: ParameterLayout): unknown[] {
  return parameters.map(({ name, shape }) => [name, [...shape]]);
}

/**
 * The layouts of the networks that transfers train, by branch. A ticket needs inputs of its own
 * shape.
 */
async function planTransfers(
  settings: Settings,
  own: SizedDataset,
): Promise<Map<string, ParameterLayout>> {
  const layouts = new Map<string, ParameterLayout>();
  for (const branch of transferNames(settings)) {
    const there = trainedWith(settings, branch);
    const size = await sizeOf(there.dataset);
    const path = `branches.${branchNames(settings).indexOf(branch)}.dataset`;
    if (String(size.shape) !== String(own.shape)) {
      const message = `${path} is ${size.id}, whose examples have the shape [${size.shape.join(', ')}]; expected [${own.shape.join(', ')}], the shape of examples of ${own.id}`;
      throw new SettingsError(
        [{ path, message }],
        'The first layer of a ticket fits only inputs of one shape.',
      );
    }
    checkAgainstDataset(there, size, path);
    layouts.set(branch, layoutOf(networkOn(there, size, path)));
  }
  return layouts;
}
