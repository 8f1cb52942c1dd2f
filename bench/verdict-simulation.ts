/**
 * How often a verdict is wrong, and how often it finds a real gain: synthetic searches whose truth is
 * known. The two methods differ by a given accuracy and a given speed; their replicates are tested on
 * one test set, some of whose examples are harder than others, and harder for one method than for the
 * other. Three rules judge the same searches:
 *
 * - `seeds`: paired intervals over the replicates alone, censored early stops taken as they are.
 * - `bound`: the test set's error is bounded, as if both networks erred independently.
 * - `paired`: it is computed from the examples that only one of both classifies correctly.
 *
 *     node provision/run.mjs --no-tensorflow bench/verdict-simulation.ts [searches of each line, 500]
 */
import process from 'node:process';
import { largest } from '../src/shared/extremes.ts';
import { rng, type Rng } from '../src/shared/rng.ts';
import { compare, type Rules } from '../src/shared/domain/comparison.ts';
import type { TrainingOutcome } from '../src/shared/domain/training.ts';
import { judge } from '../src/shared/domain/verdict.ts';

const SEARCHES = Number(process.argv[2] ?? 500);
const CONFIDENCE = 0.95;
const EVALUATE_EVERY = 50;
/** A line with fewer replicates judges the first of the same searches. */
const REPLICATES = [2, 3, 5, 10];

interface Truth {
  readonly name: string;
  /** Accuracy of the ticket minus that of the dense network, in points; both near 95 %. */
  readonly gain: number;
  /** Early stop of the ticket, as a multiple of the dense network's. */
  readonly delay: number;
  /** Standard deviation over seeds: of the accuracy in points, of the early stop as a fraction. */
  readonly seeds: number;
  /** How much the networks disagree on single examples: 1 as usual, 0 not at all. */
  readonly disagreement: number;
  /** Iterations of a training; the dense network stops near 500. */
  readonly iterations: number;
  /** In points. */
  readonly tolerance: number;
  /** Whether a `winning` is false. */
  readonly isNull: boolean;
}

const EQUAL = {
  gain: 0,
  delay: 1,
  seeds: 0.1,
  disagreement: 1,
  iterations: 1500,
  tolerance: 0,
  isNull: true,
};

const TRUTHS: readonly Truth[] = [
  { ...EQUAL, name: 'equal networks' },
  { ...EQUAL, name: 'equal networks, no spread over seeds (ties)', seeds: 0 },
  { ...EQUAL, name: 'equal networks, most not converged', iterations: 400 },
  {
    ...EQUAL,
    name: 'accuracy worse by just the tolerance, much faster',
    gain: -0.5,
    delay: 0.5,
    tolerance: 0.5,
  },
  {
    ...EQUAL,
    name: 'the same, seeds spread widely',
    gain: -0.5,
    delay: 0.5,
    seeds: 1,
    tolerance: 0.5,
  },
  {
    ...EQUAL,
    name: 'just as accurate with almost the same predictions, much faster',
    delay: 0.5,
    seeds: 0,
    disagreement: 0.1,
  },
  { ...EQUAL, name: 'as fast, much more accurate', gain: 3 },
  { ...EQUAL, name: 'a real gain of 0.5 points, faster', gain: 0.5, delay: 0.6, isNull: false },
  {
    ...EQUAL,
    name: 'the same, 0.5 points tolerated',
    gain: 0.5,
    delay: 0.6,
    tolerance: 0.5,
    isNull: false,
  },
];

/** Φ, the standard normal distribution (Abramowitz & Stegun 1964, 26.2.17; error below 1e-7). */
function distribution(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x >= 0 ? 1 - tail : tail;
}

/** Calls `visit` for each of so many independent trials that succeeds. Costs what successes cost. */
function forEachRare(
  random: Rng,
  trials: number,
  probability: number,
  visit: (trial: number) => void,
): void {
  const scale = 1 / Math.log1p(-probability);
  const distance = (): number => Math.floor(Math.log((random.uint32() + 1) / 2 ** 32) * scale);
  for (let trial = distance(); trial < trials; trial += 1 + distance()) visit(trial);
}

/** Exact where successes or failures are few, rounded from the normal distribution elsewhere. */
function binomial(random: Rng, trials: number, probability: number): number {
  if (probability > 0.5) return trials - binomial(random, trials, 1 - probability);
  const variance = trials * probability * (1 - probability);
  if (variance > 30) {
    const drawn = Math.round(trials * probability + Math.sqrt(variance) * random.normal());
    return Math.min(trials, Math.max(0, drawn));
  }
  let successes = 0;
  forEachRare(random, trials, probability, () => (successes += 1));
  return successes;
}

/** Margins of examples lie around this with deviation 1, in steps. */
const CENTER = 1.84;
const STEP = 0.25;
const STEPS = 12;
/** By how much an example is easier or harder for one method, with equal probability. */
const METHOD = 0.25;
/** The deviation of single networks around their method's margin. */
const NETWORK = 0.43;

/** Examples that are equally hard for each of both methods. */
interface Kind {
  /** The fraction of all examples that exist. */
  readonly fraction: number;
  /** For each method, dense and ticket, the index of the margin of its mean network. */
  readonly margins: readonly [dense: number, ticket: number];
}

interface World {
  readonly margins: readonly number[];
  readonly kinds: readonly Kind[];
  /** The deviation of single networks. */
  readonly deviation: number;
}

function worldOf({ disagreement }: Truth): World {
  const method = METHOD * disagreement;
  const steps = Array.from({ length: 2 * STEPS + 1 }, (_, index) => (index - STEPS) * STEP);
  return {
    margins: steps.flatMap((step) => [CENTER + step - method, CENTER + step + method]),
    kinds: steps.flatMap((step, index) => {
      const above = index === 2 * STEPS ? 1 : distribution(step + STEP / 2);
      const below = index === 0 ? 0 : distribution(step - STEP / 2);
      const hardness = [2 * index, 2 * index + 1];
      return hardness.flatMap((dense) =>
        hardness.map((ticket): Kind => ({
          fraction: (above - below) / 4,
          margins: [dense, ticket],
        })),
      );
    }),
    deviation: NETWORK * disagreement,
  };
}

/** How probably a network is wrong on an example of each margin. Far from 0 it is sure. */
function errorRates({ margins, deviation }: World, shift: number): number[] {
  return margins.map((margin) => {
    const deviations = (margin + shift) / deviation;
    if (Math.abs(deviations) > 5) return deviations > 0 ? 0 : 1;
    return distribution(-deviations);
  });
}

/** The shift of margins that raises the accuracy over all examples that exist by so many points. */
function shiftFor(world: World, points: number): number {
  const accuracy = (shift: number): number => {
    const rates = errorRates(world, shift);
    return world.kinds.reduce(
      (sum, { fraction, margins }) => sum - fraction * rates[margins[0]]!,
      1,
    );
  };
  let [below, above] = [-2, 2];
  for (let step = 0; step < 60; step += 1) {
    const middle = (below + above) / 2;
    if ((accuracy(middle) - accuracy(0)) * 100 < points) below = middle;
    else above = middle;
  }
  return above;
}

/** How many examples of a test set are of which kind. */
function drawTestSet(random: Rng, { kinds }: World, examples: number): Int32Array {
  const counts = new Int32Array(kinds.length);
  let left = examples;
  let fractionLeft = 1;
  for (const [index, { fraction }] of kinds.entries()) {
    const isLast = index === kinds.length - 1;
    const count = isLast ? left : binomial(random, left, fraction / fractionLeft);
    counts[index] = count;
    left -= count;
    fractionLeft -= fraction;
  }
  return counts;
}

interface Tested {
  readonly accuracy: number;
  /** Packed: one bit per example. */
  readonly correct: Uint8Array;
}

/** Draws which examples a network classifies correctly: one by one where it is unsure. */
function test(
  random: Rng,
  { kinds }: World,
  counts: Int32Array,
  examples: number,
  method: 0 | 1,
  rates: readonly number[],
): Tested {
  const correct = new Uint8Array(Math.ceil(examples / 8)).fill(0xff);
  if (examples % 8 !== 0) correct[correct.length - 1] = (1 << (examples % 8)) - 1;
  let errors = 0;
  let first = 0;
  const miss = (trial: number): void => {
    const example = first + trial;
    correct[example >> 3]! ^= 1 << (example & 7);
    errors += 1;
  };
  for (let index = 0; index < kinds.length; index += 1) {
    const count = counts[index]!;
    const rate = rates[kinds[index]!.margins[method]]!;
    if (rate > 0.1) {
      const threshold = rate * 2 ** 32;
      for (let example = first; example < first + count; example += 1) {
        const isWrong = Number(random.uint32() < threshold);
        correct[example >> 3]! ^= isWrong << (example & 7);
        errors += isWrong;
      }
    } else if (rate > 0 && count > 0) {
      forEachRare(random, count, rate, miss);
    }
    first += count;
  }
  return { accuracy: 1 - errors / examples, correct };
}

function outcomeOf(
  level: number,
  replicate: number,
  stop: number,
  { accuracy, correct }: Tested,
  iterations: number,
): TrainingOutcome {
  const evaluated = Math.min(
    iterations,
    Math.max(EVALUATE_EVERY, Math.round(stop / EVALUATE_EVERY) * EVALUATE_EVERY),
  );
  const at = (iteration: number, validationLoss: number) => ({
    iteration,
    validationLoss,
    validationAccuracy: accuracy,
    testLoss: validationLoss,
    testAccuracy: accuracy,
  });
  const evaluations = [at(evaluated, 0.1)];
  if (evaluated < iterations) evaluations.push(at(iterations, 0.2));
  return {
    key: { replicate, level, branch: 'ticket' },
    density: 1,
    evaluations,
    correctAtEarlyStop: correct,
  };
}

type Networks = readonly TrainingOutcome[];

/** The rule without the limits of the measurement. */
function winsBySeeds(dense: Networks, ticket: Networks, rules: Rules): boolean {
  const { accuracyDifference, iterationDifference } = compare(dense, ticket, {
    ...rules,
    testSet: undefined,
    evaluateEvery: 0,
  });
  // Equal differences had an interval of width 0.
  const lower = accuracyDifference.lower ?? accuracyDifference.mean;
  const upper = iterationDifference.upper ?? iterationDifference.mean;
  return lower >= -rules.accuracyTolerance - 1e-9 && upper <= 1e-9;
}

const wins = (dense: Networks, ticket: Networks, rules: Rules): boolean =>
  judge(dense, ticket, rules).kind === 'winning';

const withoutCorrect = (networks: Networks): Networks =>
  networks.map((network) => ({ ...network, correctAtEarlyStop: undefined }));

const RULES = {
  seeds: winsBySeeds,
  bound: (dense: Networks, ticket: Networks, rules: Rules) =>
    wins(withoutCorrect(dense), withoutCorrect(ticket), rules),
  paired: wins,
};
const NAMES = ['seeds', 'bound', 'paired'] as const;
type Rates = Readonly<Record<(typeof NAMES)[number], number>>;

/** The rates of each rule for the first replicates of the same searches. */
function simulate(truth: Truth, examples: number): readonly Rates[] {
  const random = rng('verdict simulation', truth.name, examples);
  const rules: Rules = {
    accuracyTolerance: truth.tolerance / 100,
    iterationTolerance: 0,
    confidence: CONFIDENCE,
    evaluateEvery: EVALUATE_EVERY,
    testSet: { examples, commonestClass: 0.1 },
    hasCommonClock: true,
  };
  const world = worldOf(truth);
  const gain = shiftFor(world, truth.gain);
  const perPoint = shiftFor(world, 1);
  const won = REPLICATES.map(() => ({ seeds: 0, bound: 0, paired: 0 }));
  for (let search = 0; search < SEARCHES; search += 1) {
    const counts = drawTestSet(random, world, examples);
    const networks = (method: 0 | 1, shift: number, delay: number): TrainingOutcome[] =>
      Array.from({ length: largest(REPLICATES) }, (_, replicate) => {
        const seed = truth.seeds === 0 ? 0 : random.normal() * truth.seeds * perPoint;
        const stop = 500 * delay * Math.exp(truth.seeds === 0 ? 0 : 0.2 * random.normal());
        const rates = errorRates(world, shift + seed);
        const tested = test(random, world, counts, examples, method, rates);
        return outcomeOf(method, replicate, stop, tested, truth.iterations);
      });
    const dense = networks(0, 0, 1);
    const ticket = networks(1, gain, truth.delay);
    for (const [index, replicates] of REPLICATES.entries()) {
      const pair = [dense.slice(0, replicates), ticket.slice(0, replicates)] as const;
      for (const name of NAMES) if (RULES[name](...pair, rules)) won[index]![name] += 1;
    }
  }
  return won.map(({ seeds, bound, paired }) => ({
    seeds: seeds / SEARCHES,
    bound: bound / SEARCHES,
    paired: paired / SEARCHES,
  }));
}

const percent = (rate: number): string => `${(100 * rate).toFixed(2)} %`.padStart(9);
const line = (examples: string, replicates: string, cells: readonly string[]): string =>
  [examples.padStart(13), replicates.padStart(10), ...cells.map((cell) => cell.padStart(9))].join(
    '  ',
  );
const stated = (1 - CONFIDENCE) / 2;
/** So much more than the stated rate is chance: three standard errors of a line. */
const most = stated + 3 * Math.sqrt((stated * (1 - stated)) / SEARCHES);
let isKept = true;
for (const truth of TRUTHS) {
  const what = truth.isNull ? `false winning, at most ${percent(stated).trim()}` : 'power';
  console.log(`\n${truth.name} (${what})`);
  console.log(line('test examples', 'replicates', NAMES));
  for (const examples of [200, 1000, 10_000]) {
    for (const [index, rates] of simulate(truth, examples).entries()) {
      const cells = NAMES.map((name) => percent(rates[name]));
      console.log(line(String(examples), String(REPLICATES[index]), cells));
      if (truth.isNull && rates.paired > most) isKept = false;
    }
  }
}
console.log(
  `\n${isKept ? 'Kept' : 'EXCEEDED'}: the rate of false winning verdicts, in ${SEARCHES} searches of each line.`,
);
process.exitCode = isKept ? 0 : 1;
