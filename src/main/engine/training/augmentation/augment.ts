/** Flips and crops of images, determined by a key alone. */
import { rng, type RngKey } from '../../../../shared/rng.ts';
import type { Features } from '../../datasets/dataset.ts';
import type { ExampleShape } from '../../layers/spec.ts';
import { type Moments, momentsOfExamples } from '../../normalizations/statistics.ts';
import { BatchOrder } from '../batches.ts';
import type { AugmentedExamples } from '../trainer.ts';

/** Random changes to training images, drawn for every batch. */
export interface Augmentation {
  /** Each image is mirrored left to right with probability 1/2. */
  readonly flip: boolean;
  /** Images are padded with this many zeros on each side and cropped at random. 0: no crop. */
  readonly cropPadding: number;
}

/** What the batches of every training of a search are made from. */
export interface BatchRecipe {
  /** The features of the whole training set. */
  readonly features: Features;
  /** `[height, width, channels]`. */
  readonly shape: ExampleShape;
  readonly trainIndices: Int32Array;
  readonly batchSize: number;
  readonly augmentation: Augmentation;
  /**
   * Whether each image is normalised by its own mean and deviation, computed after augmentation.
   */
  readonly needsMoments: boolean;
}

/** The keys that determine the batches of one training. */
export interface BatchKeys {
  readonly order: RngKey;
  readonly augmentation: RngKey;
}

/** Memory for one batch. The moments are empty if they are not needed. */
export interface BatchMemory {
  readonly features: Features;
  readonly moments: Moments;
}

/** Makes the batch of any iteration. It depends only on the keys and the iteration. */
export class BatchMaker {
  readonly #recipe: BatchRecipe;
  readonly #keys: BatchKeys;
  readonly #order: BatchOrder;
  readonly #examples: Int32Array;

  constructor(recipe: BatchRecipe, keys: BatchKeys) {
    this.#recipe = recipe;
    this.#keys = keys;
    this.#order = new BatchOrder(recipe.trainIndices, keys.order);
    this.#examples = new Int32Array(recipe.batchSize);
  }

  make(iteration: number, memory: BatchMemory): void {
    const { features, shape, augmentation, batchSize, needsMoments } = this.#recipe;
    const size = memory.features.length / batchSize;
    this.#order.fill(iteration, this.#examples);
    const random = rng(...this.#keys.augmentation, iteration);
    const { cropPadding } = augmentation;
    for (const [place, example] of this.#examples.entries()) {
      const down = cropPadding === 0 ? 0 : random.below(2 * cropPadding + 1) - cropPadding;
      const right = cropPadding === 0 ? 0 : random.below(2 * cropPadding + 1) - cropPadding;
      const isFlipped = augmentation.flip && random.below(2) === 1;
      cutOut(
        features.subarray(example * size, (example + 1) * size),
        memory.features.subarray(place * size, (place + 1) * size),
        shape,
        { down, right, isFlipped },
      );
    }
    if (!needsMoments) return;
    const { centers, divisors } = momentsOfExamples(memory.features, batchSize, size);
    memory.moments.centers.set(centers);
    memory.moments.divisors.set(divisors);
  }
}

/** A batch as a trainer takes it. */
export function augmentedExamples(recipe: BatchRecipe, memory: BatchMemory): AugmentedExamples {
  const { features, moments } = memory;
  return recipe.needsMoments ? { features, moments } : { features };
}

function imageShapeOf(shape: ExampleShape): readonly [number, number, number] {
  const [height, width, channels] = shape;
  if (height === undefined || width === undefined || channels === undefined) {
    throw new Error(
      `examples of shape [${shape.join(', ')}] are not images, so they cannot be augmented`,
    );
  }
  return [height, width, channels];
}

/** Copies the window at `[down, right]` of an image with zeros around it, and mirrors it if asked. */
function cutOut(
  from: Features,
  to: Features,
  shape: ExampleShape,
  { down, right, isFlipped }: { down: number; right: number; isFlipped: boolean },
): void {
  const [height, width, channels] = imageShapeOf(shape);
  const rowLength = width * channels;
  const firstColumn = Math.max(0, -right);
  const lastColumn = Math.min(width, width - right);
  to.fill(0);
  for (let row = Math.max(0, -down); row < Math.min(height, height - down); row += 1) {
    let source = (row + down) * rowLength + (firstColumn + right) * channels;
    const target = row * rowLength;
    if (!isFlipped) {
      const length = (lastColumn - firstColumn) * channels;
      to.set(from.subarray(source, source + length), target + firstColumn * channels);
      continue;
    }
    for (let column = firstColumn; column < lastColumn; column += 1) {
      let place = target + (width - 1 - column) * channels;
      for (let channel = 0; channel < channels; channel += 1, source += 1, place += 1) {
        to[place] = from[source]!;
      }
    }
  }
}
