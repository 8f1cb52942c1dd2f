/** Whether a training of a bundle fits its search: everything that can be said without the history. */
import { messageOf, WorkbenchError } from '../../shared/contract/errors.ts';
import { isPlainObject } from '../../shared/contract/json.ts';
import type { BundledSearch, BundledTraining } from '../../shared/domain/bundle.ts';
import { layoutFrom, type ParameterLayout } from '../../shared/domain/layout.ts';
import { countKept, unpackMask } from '../../shared/domain/mask.ts';
import { describeTraining, nameOfTraining, TICKET_BRANCH } from '../../shared/domain/training.ts';
import { CORRECT_ROLE } from './sealed.ts';
import { checkTraining } from './training-check.ts';

/** Reads an array of the bundle by its SHA-256, hex. Its bytes match it. */
export type ReadArray = (sha256: string) => Uint8Array<ArrayBuffer>;

/** A byte each; networks that are trained here have some millions. */
const MOST_WEIGHTS = 2 ** 28;

/** Densities are fractions of two counts; the last bit may be rounded otherwise. */
const DENSITY_TOLERANCE = 1e-12;

export type LayoutOf = (branch: string) => ParameterLayout;

/** The layouts of a search, by branch, each made once. */
function layoutsOf({ parameters, targets }: BundledSearch): LayoutOf {
  const own = layoutFrom(parameters);
  const byBranch = new Map(
    targets.map((target) => [target.branch, layoutFrom(target.parameters)] as const),
  );
  return (branch) => byBranch.get(branch) ?? own;
}

/** Checks trainings of one search. The length of an array that several have is read once. */
export class TrainingChecks {
  readonly layoutOf: LayoutOf;
  readonly #search: BundledSearch;
  readonly #readArray: ReadArray;
  readonly #lengths = new Map<string, number>();
  readonly #checked = new Set<string>();

  constructor(search: BundledSearch, readArray: ReadArray) {
    this.#search = search;
    this.#readArray = readArray;
    this.layoutOf = layoutsOf(search);
  }

  /** @throws WorkbenchError `invalid-data` for a training that does not fit its search. */
  check(training: BundledTraining): void {
    const { key, session, arrays } = training;
    const { id, settings, sessions } = this.#search;
    const reject = (problem: string, cause?: unknown): never => {
      throw new WorkbenchError(
        'invalid-data',
        `${describeTraining(key)} of the search ${id} can't be merged: ${problem}`,
        'Nothing was merged. Export the bundle again.',
        { cause },
      );
    };
    const name = nameOfTraining(key);
    if (this.#checked.has(name)) reject('it is in the bundle twice');
    this.#checked.add(name);
    if (session >= sessions.length) reject(`its session ${session} is not in the bundle`);
    const maskHash = arrays['mask'];
    if (maskHash === undefined) return reject('it has no mask');
    const layout = this.layoutOf(key.branch);
    for (const [role, sha256] of Object.entries(arrays)) {
      const problem = problemOfRole(role, training) ?? this.#problemOfLength(role, sha256, key);
      if (problem !== undefined) reject(problem);
    }
    const mask = this.#readArray(maskHash);
    const { identity: _identity, ...checked } = training;
    try {
      const fitting = { ...checked, mask, nextMask: undefined, rewindPoint: undefined };
      checkTraining(id, settings, layout, fitting);
    } catch (cause) {
      reject(messageOf(cause).replace(/^.*can't be saved: /, ''), cause);
    }
    const problem = problemOfCounts(training, layout, mask);
    if (problem !== undefined) reject(problem);
  }

  lengthOf(sha256: string): number {
    const length = this.#lengths.get(sha256) ?? this.#readArray(sha256).length;
    this.#lengths.set(sha256, length);
    return length;
  }

  #problemOfLength(
    role: string,
    sha256: string,
    { branch }: BundledTraining['key'],
  ): string | undefined {
    const expected = this.#bytesOf(role, branch);
    const length = this.lengthOf(sha256);
    if (expected === undefined || length === expected) return undefined;
    return `its ${role} has ${length} bytes, expected ${expected}`;
  }

  /** Undefined if the bundle does not say how many test examples there are, as those of early versions. */
  #bytesOf(role: string, branch: string): number | undefined {
    const layout = this.layoutOf(branch);
    if (role === 'mask' || role === 'next-mask') return Math.ceil(layout.prunableCount / 8);
    if (role !== CORRECT_ROLE) return layout.parameterCount * 4;
    const test = testExamples(this.#search, branch);
    return test === undefined ? undefined : Math.ceil(test / 8);
  }
}

/** Transfers to other data are tested on them. */
function testExamples({ data }: BundledSearch, branch: string): number | undefined {
  const readingOf = (name: string) => data.find((each) => each.branch === name);
  const summary = (readingOf(branch) ?? readingOf(TICKET_BRANCH))?.summary;
  const test = isPlainObject(summary) ? summary['test'] : undefined;
  return typeof test === 'number' ? test : undefined;
}

/** What no training of its kind has: the search would read it as something else. */
function problemOfRole(role: string, { key }: BundledTraining): string | undefined {
  const isTicket = key.branch === TICKET_BRANCH;
  const isDense = key.level === 0;
  const isPossible =
    role === 'next-mask'
      ? isTicket
      : role === 'rewind-point'
        ? isTicket && isDense
        : isDense || !role.startsWith('iteration-');
  return isPossible ? undefined : `no training of its kind has a ${role}`;
}

function problemOfCounts(
  { keptCounts, density }: BundledTraining,
  { prunable, prunableCount }: ParameterLayout,
  mask: Uint8Array,
): string | undefined {
  if (prunableCount > MOST_WEIGHTS) return `its network has more than ${MOST_WEIGHTS} weights`;
  const kept = unpackMask(mask, prunableCount);
  let total = 0;
  for (const [index, { name, maskOffset, size }] of prunable.entries()) {
    const count = countKept(kept.subarray(maskOffset, maskOffset + size));
    if (count !== keptCounts[index]) {
      return `its counts keep ${keptCounts[index]} weights of ${name}, but its mask keeps ${count}`;
    }
    total += count;
  }
  if (Math.abs(density - total / prunableCount) <= DENSITY_TOLERANCE) return undefined;
  return `its density is ${density}, but its mask keeps ${total} of ${prunableCount} weights`;
}
