/** The network of a search, rebuilt from its settings: where its kernels are, and how often they are used. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { TicketLayer } from '../../../shared/contract/records/tickets.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { asPicture, type PictureShape } from '../../../shared/ticket/picture-tiles.ts';
import { architectures } from '../../engine/architectures/index.ts';
import { definitionOf } from '../../engine/layers/kinds/index.ts';
import {
  type ExampleShape,
  type LayerSpec,
  type NetworkSpec,
  productOf,
} from '../../engine/layers/spec.ts';
import { hasKernel, layoutOf, outputShape } from '../../engine/network.ts';
import type { Store } from '../../store/store.ts';

/**
 * The network that a branch trains. Undefined if its architecture is missing, or nothing was stored of
 * the shape of its examples.
 */
export function networkOf(
  store: Store,
  search: SearchRecord,
  branch: string,
): NetworkSpec | undefined {
  const layout = store.searches.layout(search.id, branch);
  const shape = exampleShape(store, search, branch, layout);
  const classes = layout.prunable.findLast(({ isOutput }) => isOutput)?.shape.at(-1);
  if (!shape || classes === undefined) return undefined;
  const { architecture } = search.settings;
  const definition = architectures.entries.find(({ id }) => id === architecture.id);
  if (!definition) return undefined;
  try {
    const network = definition.build(architecture, shape, classes);
    return hasSameKernels(layoutOf(network), layout) ? network : undefined;
  } catch (error) {
    // The examples have another shape now than when the search ran.
    if (error instanceof WorkbenchError) return undefined;
    throw error;
  }
}

/** As the data were read; a fully connected network of an earlier version tells its number of features. */
function exampleShape(
  store: Store,
  search: SearchRecord,
  branch: string,
  layout: ParameterLayout,
): ExampleShape | undefined {
  const summaries = store.dataReadings.summaries(search.id);
  const read = summaries.get(branch) ?? summaries.get(TICKET_BRANCH);
  if (read) return read.shape;
  const [first] = layout.prunable;
  return first?.shape.length === 2 ? first.shape.slice(0, 1) : undefined;
}

function hasSameKernels(one: ParameterLayout, other: ParameterLayout): boolean {
  const kernels = ({ prunable }: ParameterLayout): string =>
    prunable.map(({ name, shape }) => `${name} ${shape.join(' ')}`).join('/');
  return kernels(one) === kernels(other);
}

/** The prunable tensors of a network, with how often a forward pass of one example uses their weights. */
export function ticketLayers(
  layout: ParameterLayout,
  network: NetworkSpec | undefined,
): TicketLayer[] {
  const uses = network ? usesOf(network) : undefined;
  const readers = network ? readersOfExamples(network.layers) : undefined;
  return layout.prunable.map(({ name, layer, layerKind, shape, size }, index) => ({
    tensor: name,
    kind: layerKind,
    shape,
    weights: size,
    uses: uses?.get(layer),
    readsExamples: readers ? readers.has(layer) : index === 0,
  }));
}

/** The number of output positions of every layer with a kernel: 1, or `height · width`. */
function usesOf({ layers, inputShape }: NetworkSpec): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const visit = (sequence: readonly LayerSpec[], sequenceShape: ExampleShape): void => {
    let shape = sequenceShape;
    for (const layer of sequence) {
      for (const inner of definitionOf(layer).inner(layer)) visit(inner, shape);
      shape = outputShape(layer, shape);
      if (hasKernel(layer)) uses.set(layer.name, productOf(shape.slice(0, -1)));
    }
  };
  visit(layers, inputShape);
  return uses;
}

/** The layers with a kernel that no other kernel comes before: their inputs need no gradient. */
function readersOfExamples(layers: readonly LayerSpec[]): ReadonlySet<string> {
  for (const layer of layers) {
    if (hasKernel(layer)) return new Set([layer.name]);
    const inner = definitionOf(layer).inner(layer);
    const readers = inner.flatMap((sequence) => [...readersOfExamples(sequence)]);
    if (readers.length > 0) return new Set(readers);
  }
  return new Set();
}

/** The first layer with weights, and what its inputs are a picture of. */
export interface FirstLayer {
  readonly tensor: string;
  readonly shape: readonly number[];
  readonly picture: PictureShape | undefined;
}

export function firstLayer(layout: ParameterLayout, network: NetworkSpec | undefined): FirstLayer {
  const [first] = layout.prunable;
  if (!first) throw new WorkbenchError('not-found', 'the network has no prunable weights');
  const { name: tensor, shape } = first;
  if (shape.length === 4) return { tensor, shape, picture: asPicture(shape.slice(0, 3)) };
  const picture = network && pictureBefore(network.layers, network.inputShape, undefined);
  const isFitting = picture && productOf(picture) === shape[0];
  return { tensor, shape, picture: isFitting ? picture : undefined };
}

/** The last shape that is a picture before the first kernel: a flattened picture keeps its order. */
function pictureBefore(
  layers: readonly LayerSpec[],
  inputShape: ExampleShape,
  before: PictureShape | undefined,
): PictureShape | undefined {
  let shape = inputShape;
  let picture = asPicture(shape) ?? before;
  for (const layer of layers) {
    if (hasKernel(layer)) return picture;
    const [inner] = definitionOf(layer).inner(layer);
    if (inner && inner.length > 0) return pictureBefore(inner, shape, picture);
    shape = outputShape(layer, shape);
    picture = asPicture(shape) ?? picture;
  }
  return picture;
}
