/**
 * How often a verdict is wrong, and how often it finds a real gain: synthetic searches whose truth is
 * known. The two methods differ by a given accuracy and a given speed; their replicates are tested on
 * one test set, some of whose examples are harder than others.
 *
 * `before` is the rule without what the measurement can't resolve: paired intervals over the
 * replicates alone, censored early stops taken as they are.
 *
 *     node provision/run.mjs --no-tensorflow bench/verdict-simulation.ts [searches]
 */
import process from 'node:process';
import { rng } from '../src/shared/rng.ts';
import { compare, type Rules } from '../src/shared/domain/comparison.ts';
import type { TrainingOutcome } from '../src/shared/domain/training.ts';
import { judge } from '../src/shared/domain/verdict.ts';

const SEARCHES = Number(process.argv[2] ?? 10_000);
const CONFIDENCE = 0.95;
const EVALUATE_EVERY = 50;
/** Examples of equal difficulty are counted together. */
const DIFFICULTIES = 24;

interface Truth {
  readonly name: string;
  /** Accuracy of the ticket minus that of the dense network, in points; both near 95 %. */
  readonly gain: number;
  /** Early stop of the ticket, as a multiple of the dense network's. */
  readonly delay: number;
  /** Standard deviation over seeds: of the accuracy in points, of the early stop as a fraction. */
  readonly seeds: number;
  /** Iterations of a training; the dense network stops near 500. */
  readonly iterations: number;
  /** In points. */
  readonly tolerance: number;
  /** Whether a `winning` is false. */
  readonly isNull: boolean;
}

const EQUAL = { gain: 0, delay: 1, seeds: 0.1, iterations: 1500, tolerance: 0, isNull: true };

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

const random = rng('verdict simulation', 1);

function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

/** Φ, the standard normal distribution (Abramowitz & Stegun 1964, 26.2.17; error below 1e-7). */
function distribution(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x >= 0 ? 1 - tail : tail;
}

/** Exact for few trials, rounded from the normal distribution for many. */
function binomial(trials: number, probability: number): number {
  const variance = trials * probability * (1 - probability);
  if (variance > 20) {
    return Math.min(
      trials,
      Math.max(0, Math.round(trials * probability + Math.sqrt(variance) * normal())),
    );
  }
  let successes = 0;
  for (let trial = 0; trial < trials; trial += 1)
    if (random.uniform() < probability) successes += 1;
  return successes;
}

/** Margins of examples lie around this, with deviation 1; networks disagree with deviation 0.5. */
const CENTER = 1.84;
const DISAGREEMENT = 0.5;

/** The test set: how many examples have which margin. */
function drawTestSet(
  examples: number,
): readonly { readonly margin: number; readonly count: number }[] {
  const counts = new Map<number, number>();
  for (let example = 0; example < examples; example += 1) {
    const bin = Math.round((normal() * DIFFICULTIES) / 6);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  return [...counts].map(([bin, count]) => ({ margin: CENTER + (bin * 6) / DIFFICULTIES, count }));
}

/** The accuracy over all examples that exist, of networks whose margins are shifted. */
function trueAccuracy(shift: number): number {
  return distribution((CENTER + shift) / Math.hypot(1, DISAGREEMENT));
}

/** The shift of margins that raises the true accuracy by so many points. */
function shiftFor(points: number): number {
  let [below, above] = [-2, 2];
  for (let step = 0; step < 60; step += 1) {
    const middle = (below + above) / 2;
    if ((trueAccuracy(middle) - trueAccuracy(0)) * 100 < points) below = middle;
    else above = middle;
  }
  return above;
}

function measure(testSet: ReturnType<typeof drawTestSet>, shift: number): number {
  let correct = 0;
  let examples = 0;
  for (const { margin, count } of testSet) {
    correct += binomial(count, distribution((margin + shift) / DISAGREEMENT));
    examples += count;
  }
  return correct / examples;
}

function outcomeOf(
  level: number,
  replicate: number,
  stop: number,
  accuracy: number,
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
  return { key: { replicate, level, branch: 'ticket' }, density: 1, evaluations };
}

/** The rule without the limits of the measurement. */
function winsBefore(
  dense: readonly TrainingOutcome[],
  ticket: readonly TrainingOutcome[],
  rules: Rules,
): boolean {
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

interface Rates {
  readonly before: number;
  readonly after: number;
}

function simulate(truth: Truth, replicates: number, examples: number, searches: number): Rates {
  const rules: Rules = {
    accuracyTolerance: truth.tolerance / 100,
    iterationTolerance: 0,
    confidence: CONFIDENCE,
    evaluateEvery: EVALUATE_EVERY,
    testSet: { examples, commonestClass: 0.1 },
    hasCommonClock: true,
  };
  const shift = shiftFor(truth.gain);
  const perPoint = shiftFor(1);
  let before = 0;
  let after = 0;
  for (let search = 0; search < searches; search += 1) {
    const testSet = drawTestSet(Math.min(examples, 2000)).map(({ margin, count }) => ({
      margin,
      count: examples > 2000 ? binomial(examples, count / 2000) : count,
    }));
    const networks = (level: number, move: number, delay: number): TrainingOutcome[] =>
      Array.from({ length: replicates }, (_, replicate) => {
        const seed = truth.seeds === 0 ? 0 : normal() * truth.seeds * perPoint;
        const stop = 500 * delay * Math.exp(truth.seeds === 0 ? 0 : 0.2 * normal());
        return outcomeOf(level, replicate, stop, measure(testSet, move + seed), truth.iterations);
      });
    const dense = networks(0, 0, 1);
    const ticket = networks(1, shift, truth.delay);
    if (winsBefore(dense, ticket, rules)) before += 1;
    if (judge(dense, ticket, rules).kind === 'winning') after += 1;
  }
  return { before: before / searches, after: after / searches };
}

const percent = (rate: number): string => `${(100 * rate).toFixed(2)} %`.padStart(9);
const rate = (1 - CONFIDENCE) / 2;
const cells = [2, 3, 5, 10].flatMap((replicates) =>
  [200, 1000, 10_000].map((examples) => ({ replicates, examples })),
);
let isKept = true;
for (const truth of TRUTHS) {
  console.log(
    `\n${truth.name}${truth.isNull ? ` (false winning, at most ${percent(rate).trim()})` : ' (power)'}`,
  );
  console.log('replicates  test examples     before      after');
  const searches = Math.ceil(SEARCHES / cells.length);
  const rates: Rates[] = [];
  for (const { replicates, examples } of cells) {
    const found = simulate(truth, replicates, examples, searches);
    rates.push(found);
    console.log(
      `${String(replicates).padStart(10)}  ${String(examples).padStart(13)}  ${percent(found.before)}  ${percent(found.after)}`,
    );
  }
  const mean = (pick: (rates: Rates) => number): number =>
    rates.reduce((sum, each) => sum + pick(each), 0) / rates.length;
  console.log(
    `${'all'.padStart(10)}  ${''.padStart(13)}  ${percent(mean(({ before }) => before))}  ${percent(mean(({ after }) => after))}`,
  );
  if (truth.isNull && mean(({ after }) => after) > rate) isKept = false;
}
console.log(`\n${isKept ? 'Kept' : 'EXCEEDED'}: the rate of false winning verdicts.`);
process.exitCode = isKept ? 0 : 1;
