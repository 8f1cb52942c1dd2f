/**
 * Whether the parts of a bundled search fit each other: what this program can't have written is refused.
 * Arrays are checked by the store.
 */
import { z } from 'zod';
import { messageOf, SettingsError } from '../../../shared/contract/errors.ts';
import type { BundledSearch, BundledTraining } from '../../../shared/domain/bundle.ts';
import type { DataSummary } from '../../../shared/domain/data-summary.ts';
import { layoutFrom } from '../../../shared/domain/layout.ts';
import {
  PLUG_IN_KIND_NAMES,
  type PlugInEntry,
  type PlugInKind,
  type UsedPlugIn,
} from '../../../shared/domain/plug-in.ts';
import { parseSettings, resolveEpochs } from '../../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { trainedWith, transferNames } from '../../../shared/domain/transfer.ts';
import { architectures } from '../../engine/architectures/index.ts';
import { layoutOf } from '../../engine/network.ts';
import { canonicalJson } from '../../store/settings-hash.ts';
import { hasSameParameters } from '../planning/search-plan.ts';
import { chosenEntries, placesOf } from '../plug-ins/chosen-entries.ts';
import { isBuiltIn, missingPlugIns } from '../plug-ins/used.ts';
import { registries } from '../settings/registries.ts';
import { problemOfAnalyses } from './bundled-analyses.ts';

const MOST_REPLICATES = 1000;
const MOST_LEVELS = 1000;
const MOST_BRANCHES = 100;
const MOST_ANALYSES = 1000;
/** A list of more would not fit into memory. */
const MOST_TRAININGS = 1_000_000;

const choice = z.looseObject({ id: z.string() });

/** What says how many trainings are planned, and which entries are chosen. */
const plannedSchema = z.looseObject({
  dataset: choice,
  architecture: choice,
  initializer: choice,
  training: z.looseObject({ optimizer: choice }),
  replicates: z.looseObject({ count: z.int().min(1).max(MOST_REPLICATES), seed: z.int() }),
  pruning: z.looseObject({
    strategy: choice,
    schedule: z.string(),
    levels: z.int().min(0).max(MOST_LEVELS),
  }),
  branches: z
    .array(
      z.union([
        z.string(),
        z.looseObject({
          ...choice.shape,
          dataset: choice.optional(),
          optimizer: choice.optional(),
        }),
      ]),
    )
    .max(MOST_BRANCHES),
  analyses: z.array(choice).max(MOST_ANALYSES).optional(),
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
  const { settings, written, targets, data, engines, sessions, analyses } = search;
  const planned = [written, settings].map((each) => plannedSchema.safeParse(each));
  const [issue] = planned.flatMap(({ error }) => error?.issues ?? []);
  if (issue) return `its settings are not valid: ${issue.path.join('.')}: ${issue.message}`;
  const { replicates, pruning, branches } = settings;
  const trainings = replicates.count * (pruning.levels + 1) * (branches.length + 1);
  if (trainings > MOST_TRAININGS) return `its settings plan more than ${MOST_TRAININGS} trainings`;
  const problem = problemOfPlugIns(search) ?? problemOfSettings(search);
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
  return problemOfAnalyses(search);
}

function repeatedIn<Value>(values: readonly Value[]): Value[] {
  const seen = new Set<Value>();
  return values.filter((value) => seen.size === seen.add(value).size);
}

/** A search keeps the plug-ins of its settings, and those of analyses that were added or deleted since. */
function problemOfPlugIns({ settings, plugIns }: BundledSearch): string | undefined {
  const chosen = chosenEntries(settings);
  const isChosen = ({ kind, id }: UsedPlugIn): boolean =>
    kind === 'analyses' || chosen.some((entry) => entry.kind === kind && entry.id === id);
  const stray = plugIns.find((plugIn) => !isChosen(plugIn));
  if (stray) {
    return `it has a plug-in for the ${PLUG_IN_KIND_NAMES[stray.kind]} "${stray.id}", which its settings do not choose`;
  }
  const builtIn = plugIns.find(({ kind, id }) => isBuiltIn(kind, id));
  return (
    builtIn &&
    `it has a plug-in for the ${PLUG_IN_KIND_NAMES[builtIn.kind]} "${builtIn.id}", which is built in`
  );
}

/** Everything but what plug-ins that are not loaded here define. */
function problemOfSettings(search: BundledSearch): string | undefined {
  const { settings, written } = search;
  const missing = missingPlugIns(search);
  for (const each of [written, settings]) {
    const problem = problemOfParts(each, missing);
    if (problem !== undefined) return `its settings are not valid: ${problem}`;
  }
  // Before a search starts, and in those of early versions, nothing is known of its data.
  const own = sizeOf(search, TICKET_BRANCH);
  if (!own) return undefined;
  if (!followsFrom(withoutAnalyses(settings, missing), withoutAnalyses(written, missing), own)) {
    return 'its settings are not those that follow from the settings as they were written';
  }
  const networks = [
    { branch: TICKET_BRANCH, parameters: search.parameters },
    ...search.targets,
  ] as const;
  const wrong = networks.find(({ branch, parameters }) => {
    const { architecture } = trainedWith(settings, branch);
    if (isAmong(missing, 'architectures', architecture.id)) return false;
    const { shape, classes } = sizeOf(search, branch) ?? own;
    const network = architectures.get(architecture.id).build(architecture, shape, classes.length);
    return !hasSameParameters(layoutOf(network), layoutFrom(parameters));
  });
  return wrong && `the layout of "${wrong.branch}" is not that of its architecture`;
}

/** What is wrong with settings outside the entries of plug-ins that are missing. */
function problemOfParts(
  settings: BundledSearch['settings'] | BundledSearch['written'],
  missing: readonly PlugInEntry[],
): string | undefined {
  const places = placesOf(settings, missing);
  const isUnchecked = (path: string): boolean =>
    places.some((place) => path === place || path.startsWith(`${place}.`));
  try {
    parseSettings(registries, settings);
  } catch (cause) {
    if (!(cause instanceof SettingsError)) return messageOf(cause);
    return cause.problems.find(({ path }) => !isUnchecked(path))?.message;
  }
  return undefined;
}

function isAmong(entries: readonly PlugInEntry[], kind: PlugInKind, id: string): boolean {
  return entries.some((entry) => entry.kind === kind && entry.id === id);
}

/** Nobody knows here which settings of an analysis of a missing plug-in are durations. */
function withoutAnalyses<Given extends BundledSearch['written']>(
  settings: Given,
  missing: readonly PlugInEntry[],
): Given {
  const { analyses } = settings;
  if (!analyses) return settings;
  return { ...settings, analyses: analyses.filter(({ id }) => !isAmong(missing, 'analyses', id)) };
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
