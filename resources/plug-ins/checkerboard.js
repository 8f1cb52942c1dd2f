/** A dataset: points in the plane, whose class is the colour of the square that they are in. */
import {
  allocateFloatExamples,
  defineDataset,
  fingerprintOf,
  rng,
  z,
} from 'ticket-workbench/plug-in';

const ID = 'checkerboard';
const DIMENSIONS = 2;

const examples = z.int().min(2).max(1_000_000);

const checkerboard = defineDataset({
  id: ID,
  label: 'Checkerboard',
  description: 'Points on a checkerboard, two classes; computed.',
  hparams: z.object({
    train: examples.default(2000).meta({
      title: 'Training examples',
      description: 'The validation split is taken out of them.',
    }),
    test: examples.default(500).meta({
      title: 'Test examples',
      description: 'Drawn like those for training, and apart from them.',
    }),
    squares: z.int().min(2).max(20).default(4).meta({
      title: 'Squares',
      description: 'Squares along each side of the board; more is harder.',
    }),
  }),
  // What is known without computing the examples.
  summarize: async ({ train, test }) => ({
    shape: [DIMENSIONS],
    classes: 2,
    trainExamples: train,
    testExamples: test,
  }),
  load: async ({ train, test, squares }) => {
    const sets = {
      train: draw(train, squares, 'train'),
      test: draw(test, squares, 'test'),
    };
    const shape = [DIMENSIONS];
    const fingerprint = await fingerprintOf(shape, sets.train, sets.test);
    return { id: ID, shape, classes: 2, ...sets, fingerprint };
  },
});

/**
 * Coordinates are uniform in [−1, 1). They follow from the names given to `rng` alone, so every
 * process draws the same.
 *
 * @param {number} count
 * @param {number} squares
 * @param {string} purpose
 */
function draw(count, squares, purpose) {
  const set = allocateFloatExamples(ID, count, [DIMENSIONS]);
  const random = rng(ID, purpose);
  for (let example = 0; example < count; example += 1) {
    const [x, y] = [random.uniform(), random.uniform()];
    set.features[example * DIMENSIONS] = 2 * x - 1;
    set.features[example * DIMENSIONS + 1] = 2 * y - 1;
    set.labels[example] = (Math.floor(x * squares) + Math.floor(y * squares)) % 2;
  }
  return set;
}

export const plugIn = { datasets: [checkerboard] };
