/** The rule by which `auto` chooses an engine. It reads only settings, so it is the same everywhere. */
import type { EngineId } from '../../../shared/domain/engine.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { SparsityTarget } from '../../engine/pruning/strategy.ts';

/** Where the border between the engines lies, for networks and batches of up to a size. */
interface Border {
  readonly network: 'dense' | 'convolutional' | 'convolutional with batch norm';
  /** At most this many weights in the costly kernels. */
  readonly weights: number;
  /** At most this many examples in a batch. */
  readonly batchSize: number;
  /** At this density of the costly kernels and below, the sparse engine trains. */
  readonly density: number;
}

/**
 * The first row that holds decides. The borders lie where a step of the sparse engine, with native
 * kernels, takes at most a tenth longer than one of the dense engine in the measurements of
 * docs/performance.md (`bench/engines.ts` repeats them): its bits are the same on every processor. A
 * level is evaluated on the engine that trains it. A new border changes the bits of new searches with
 * `auto`, so it belongs in the changelog. Searches that have started keep their engines.
 */
const BORDERS: readonly Border[] = [
  { network: 'dense', weights: 50_000, batchSize: 256, density: 1 },
  { network: 'dense', weights: 500_000, batchSize: 64, density: 1 },
  { network: 'dense', weights: 500_000, batchSize: 128, density: 0.85 },
  { network: 'dense', weights: 500_000, batchSize: 512, density: 0.65 },
  { network: 'dense', weights: Infinity, batchSize: 64, density: 0.55 },
  { network: 'dense', weights: Infinity, batchSize: Infinity, density: 0.4 },
  { network: 'convolutional', weights: 10_000, batchSize: 128, density: 1 },
  { network: 'convolutional', weights: Infinity, batchSize: Infinity, density: 0.5 },
  {
    network: 'convolutional with batch norm',
    weights: Infinity,
    batchSize: Infinity,
    density: 0.55,
  },
];

/**
 * The engine of a level. A global target is assumed to be spread evenly over the kernels.
 *
 * @param target the weights that the level keeps; undefined for the dense network.
 */
export function engineByRule(
  layout: ParameterLayout,
  target: SparsityTarget | undefined,
  batchSize: number,
): EngineId {
  const network = networkOf(layout);
  const { kept, weights } = costlyWeights(layout, target);
  const border = BORDERS.find(
    (each) => each.network === network && weights <= each.weights && batchSize <= each.batchSize,
  );
  return border && kept / weights <= border.density ? 'sparse' : 'dense';
}

function networkOf({ parameters, prunable }: ParameterLayout): Border['network'] {
  if (!prunable.some(isConvolution)) return 'dense';
  const isNormalized = parameters.some(({ layerKind }) => layerKind === 'batch-norm');
  return isNormalized ? 'convolutional with batch norm' : 'convolutional';
}

/** The weights that cost most time, and how many are kept: of the convolutions, if there are any. */
function costlyWeights(
  { prunable, prunableCount }: ParameterLayout,
  target: SparsityTarget | undefined,
): { readonly kept: number; readonly weights: number } {
  const isConvolutional = prunable.some(isConvolution);
  let [kept, weights] = [0, 0];
  for (const [index, tensor] of prunable.entries()) {
    if (isConvolutional && !isConvolution(tensor)) continue;
    weights += tensor.size;
    if (target?.scope === 'layer') kept += target.counts[index] ?? tensor.size;
    else kept += tensor.size * (target ? target.count / prunableCount : 1);
  }
  return { kept, weights };
}

const isConvolution = ({ layerKind }: { readonly layerKind: string }): boolean =>
  layerKind === 'conv2d';
