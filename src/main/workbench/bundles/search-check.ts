/**
 * Whether the parts of a bundled search fit each other: what this program can't have written is refused.
 * Arrays are checked by the store.
 */
import { z } from 'zod';
import { messageOf } from '../../../shared/contract/errors.ts';
import type { BundledSearch, BundledTraining } from '../../../shared/domain/bundle.ts';
import type { DataSummary } from '../../../shared/domain/data-summary.ts';
import { layoutFrom } from '../../../shared/domain/layout.ts';
import { parseSettings, resolveEpochs } from '../../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { trainedWith, transferNames } from '../../../shared/domain/transfer.ts';
import { architectures } from '../../engine/architectures/index.ts';
import { layoutOf } from '../../engine/network.ts';
import { canonicalJson } from '../../store/settings-hash.ts';
import { hasSameParameters } from '../planning/search-plan.ts';
import { registries } from '../settings/registries.ts';

const MOST_REPLICATES = 1000;
const MOST_LEVELS = 1000;
const MOST_BRANCHES = 100;
/** A list of more would not fit into memory. */
const MOST_TRAININGS = 1_000_000;

/** What says how many trainings are planned. */
const plannedSchema = z.looseObject({
  replicates: z.looseObject({ count: z.int().min(1).max(MOST_REPLICATES), seed: z.int() }),
  pruning: z.looseObject({ levels: z.int().min(0).max(MOST_LEVELS) }),
  branches: z.array(z.unknown()).max(MOST_BRANCHES),
});

/** What the settings are checked against. */
type SizedData = Pick<DataSummary, 'shape' | 'train' | 'validation' | 'test' | 'classes'>;

const size = z.int().min(0);
const sizedData: z.ZodType<SizedData> = z.looseObject({
  shape: z.array(z.int().min(1)).min(1).max(8),
  train: size,
  validation: size,
  test: size,
  classes: z.array(z.looseObject({ name: z.string(), train: size, validation: size, test: size })),
});

/** Undefined if there is none. */
export function problemOfSearch(search: BundledSearch): string | undefined {
  const { settings, written, targets, data, engines, sessions, analyses, plugIns } = search;
  const planned = [written, settings].map((each) => plannedSchema.safeParse(each));
  const [issue] = planned.flatMap(({ error }) => error?.issues ?? []);
  if (issue) return `its settings are not valid: ${issue.path.join('.')}: ${issue.message}`;
  const { replicates, pruning, branches } = settings;
  const trainings = replicates.count * (pruning.levels + 1) * (branches.length + 1);
  if (trainings > MOST_TRAININGS) return `its settings plan more than ${MOST_TRAININGS} trainings`;
  // Settings of plug-ins can be checked only where the plug-ins are.
  const problem = plugIns.length > 0 ? undefined : problemOfSettings(search);
  if (problem !== undefined) return problem;

  const transfers = transferNames(settings);
  const stray = targets.find(({ branch }) => !transfers.includes(branch));
  if (stray) return `it has a network for "${stray.branch}", which is no transfer of its settings`;
  const read = data.find(({ branch }) => branch !== TICKET_BRANCH && !transfers.includes(branch));
  if (read) return `it has data of "${read.branch}", which is no transfer of its settings`;
  const repeated = [targets, data].flatMap((list) => repeatedIn(list.map(({ branch }) => branch)));
  if (repeated.length > 0) return `it has "${repeated[0]}" twice`;
  const levels = engines.map(({ level }) => level);
  const beyond = levels.find((level) => level > settings.pruning.levels);
  if (beyond !== undefined) return `it has an engine for level ${beyond}, which is not planned`;
  if (repeatedIn(levels).length > 0) return 'it has two engines for a level';
  const unit = analyses
    .flatMap(({ units }) => units)
    .find(({ session }) => session >= sessions.length);
  if (unit) return `the session ${unit.session} of "${unit.unit}" is missing`;
  return undefined;
}

function repeatedIn<Value>(values: readonly Value[]): Value[] {
  const seen = new Set<Value>();
  return values.filter((value) => seen.size === seen.add(value).size);
}

function problemOfSettings(search: BundledSearch): string | undefined {
  const { settings, written } = search;
  try {
    for (const each of [written, settings]) parseSettings(registries, each);
  } catch (cause) {
    return `its settings are not valid: ${messageOf(cause)}`;
  }
  // Before a search starts, and in those of early versions, nothing is known of its data.
  const own = sizeOf(search, TICKET_BRANCH);
  if (!own) return undefined;
  if (!followsFrom(settings, written, own)) {
    return 'its settings are not those that follow from the settings as they were written';
  }
  const networks = [
    { branch: TICKET_BRANCH, parameters: search.parameters },
    ...search.targets,
  ] as const;
  const wrong = networks.find(({ branch, parameters }) => {
    const { architecture } = trainedWith(settings, branch);
    const { shape, classes } = sizeOf(search, branch) ?? own;
    const network = architectures.get(architecture.id).build(architecture, shape, classes.length);
    return !hasSameParameters(layoutOf(network), layoutFrom(parameters));
  });
  return wrong && `the layout of "${wrong.branch}" is not that of its architecture`;
}

/** What was read of the data of a branch. */
function sizeOf({ data }: BundledSearch, branch: string): SizedData | undefined {
  const reading = data.find((each) => each.branch === branch);
  return reading && sizedData.safeParse(reading.summary).data;
}

/** Epochs depend on the number of examples that are trained on. */
function followsFrom(
  settings: BundledSearch['settings'],
  written: BundledSearch['written'],
  { train, test, shape }: SizedData,
): boolean {
  const resolved = (given: BundledSearch['written']): string => {
    const dataset = { ...given.dataset, subset: train };
    const counted = { id: dataset.id, trainExamples: train, testExamples: test, shape };
    return canonicalJson({
      ...resolveEpochs(registries, { ...given, dataset }, counted),
      dataset: given.dataset,
    });
  };
  try {
    // Those of early versions have schedules with epochs.
    return resolved(written) === resolved(settings);
  } catch {
    return false;
  }
}

/** As far as its JSON says; undefined if there is none. */
export function problemOfTraining(
  { engines, sessions, settings }: BundledSearch,
  { key, engine, session, arrays }: BundledTraining,
): string | undefined {
  if (session >= sessions.length) return `its session ${session} is missing`;
  const chosen = engines.find(({ level }) => level === key.level);
  if (chosen && chosen.engine !== engine) {
    return `its engine is ${engine}, but level ${key.level} is trained by ${chosen.engine}`;
  }
  const latest = Object.keys(arrays).find((role) => {
    const [, iteration] = /^iteration-(\d+)$/.exec(role) ?? [];
    return iteration !== undefined && Number(iteration) > settings.training.iterations;
  });
  return latest && `it has weights of ${latest.replace('-', ' ')}, and trains less`;
}
