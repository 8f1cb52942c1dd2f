import { formatCount } from '../../../shared/amount.ts';
import {
  type ClassCounts,
  type DataWarning,
  inShort,
  type LeftOut,
  namesInShort,
} from '../../../shared/domain/data-summary.ts';
import { groupBy } from '../../../shared/group-by.ts';
import { normalizationIdOf, type Settings } from '../../../shared/domain/settings.ts';
import type { Dataset, DatasetColumn } from '../datasets/examples.ts';
import { datasets } from '../datasets/index.ts';
import type { FeatureFacts, TableFeature } from './feature-facts.ts';

export interface ReadData {
  readonly dataset: Dataset;
  readonly choice: Settings['dataset'];
  readonly facts: FeatureFacts;
  readonly counts: readonly ClassCounts[];
  /** The classes that have an example in the dataset, whether a search uses it or not. */
  readonly existing: Int32Array;
  readonly leftOut: readonly LeftOut[];
}

/** The signs that a dataset was not read as it is meant, each with the setting that changes it. */
export function warningsOf(read: ReadData): DataWarning[] {
  return [
    ...ofBytes(read),
    ...ofEqualExamples(read),
    ...ofColumns(read),
    ...ofClassNames(read),
    ...ofClassSizes(read),
    ...ofChannels(read),
    ...ofFolders(read),
  ];
}

/** Bytes that vary by less than this use a small part of 0 to 255. */
const NARROW_RANGE = 64;

function ofBytes(read: ReadData): DataWarning[] {
  const { dataset, choice, facts } = read;
  const { smallest, largest } = facts;
  const isScaledAsBytes =
    dataset.train.features instanceof Uint8Array && normalizationIdOf(choice) === 'unit';
  if (!isScaledAsBytes || facts.isAllEqual || largest - smallest >= NARROW_RANGE) return [];
  if (hasLostBits(read)) {
    return [
      {
        setting: DEPTH,
        message: `the bytes use ${smallest} to ${largest} of 0 to 255, because only the upper 8 of 16 bits are kept; ${DEPTH}=16-bit keeps all of them`,
      },
    ];
  }
  return [
    {
      setting: 'dataset.normalization',
      message: `the bytes use ${smallest} to ${largest} of 0 to 255, and dataset.normalization=unit divides them by 255; dataset.normalization=dataset scales by the values that there are`,
    },
  ];
}

/** The setting that keeps all bits of images of 16 bits. */
const DEPTH = 'dataset.depth';

/** Whether the lower halves of the bits of images were left out. */
function hasLostBits({ leftOut }: ReadData): boolean {
  return leftOut.some(({ setting }) => setting === DEPTH);
}

function ofEqualExamples(read: ReadData): DataWarning[] {
  const { dataset, choice, facts } = read;
  if (!facts.isAllEqual) return [];
  if (hasLostBits(read)) {
    return [
      {
        setting: DEPTH,
        message: `all ${formatCount(dataset.train.count)} examples of the training set are equal, because only the upper 8 of 16 bits are kept; ${DEPTH}=16-bit keeps all of them`,
      },
    ];
  }
  const setting = sourceOf(choice);
  return [
    {
      setting,
      message: `all ${formatCount(dataset.train.count)} examples of the training set are equal; check that ${setting} names the right data`,
    },
  ];
}

/** With fewer rows, different numbers say little. */
const ROWS_TO_JUDGE = 20;

function ofColumns({ dataset, choice, facts }: ReadData): DataWarning[] {
  const { features } = facts;
  if (!features || dataset.train.count < ROWS_TO_JUDGE || facts.isAllEqual) return [];
  const setting = 'ignore' in choice ? 'dataset.ignore' : sourceOf(choice);
  const advice =
    setting === 'dataset.ignore'
      ? 'dataset.ignore leaves columns out'
      : `leave them out of the data that ${setting} names`;
  const warn = (columns: readonly string[], isOne: string, areMany: string): DataWarning[] =>
    columns.length === 0
      ? []
      : [
          {
            setting,
            message: `${columns.length === 1 ? 'the column' : 'the columns'} ${namesInShort(columns)} ${columns.length === 1 ? isOne : areMany}; ${advice}`,
          },
        ];
  const columns = judgedColumns(dataset, features);
  const named = (is: (column: JudgedColumn) => boolean): string[] =>
    columns.filter(is).map(({ name }) => name);
  return [
    ...warn(
      named(({ isConstant }) => isConstant),
      'has the same value in every training example',
      'have the same value in every training example',
    ),
    ...warn(
      named(({ isCounting }) => isCounting),
      'counts up with the row, as an index does',
      'count up with the row, as an index does',
    ),
    ...warn(
      named(({ isCounting, isUnique }) => isUnique && !isCounting),
      'has another value in every training example, as an identifier does',
      'have another value in every training example, as identifiers do',
    ),
  ];
}

interface JudgedColumn extends TableFeature {
  readonly name: string;
}

function judgedColumns(
  { columns, train }: Dataset,
  features: readonly TableFeature[],
): JudgedColumn[] {
  const all: readonly DatasetColumn[] =
    columns ?? features.map((_, feature) => ({ name: String(feature) }));
  const judged: JudgedColumn[] = [];
  let at = 0;
  for (const { name, words } of all) {
    const feature = features[at];
    if (words) {
      const isUnique = words.length === train.count;
      judged.push({ name, isConstant: words.length === 1, isCounting: false, isUnique });
    } else if (feature) {
      judged.push({ name, ...feature });
    }
    at += words?.length ?? 1;
  }
  return judged;
}

function ofClassNames({ dataset, choice }: ReadData): DataWarning[] {
  const source = 'label' in choice ? 'dataset.label' : sourceOf(choice);
  const canTrim = settingsOf(choice).has('trim') && choice['trim'] !== true;
  const alike = [...groupBy(dataset.classNames ?? [], plainName).values()];
  return alike.flatMap((names) => {
    if (names.length < 2) return [];
    const difference = differenceOf(names);
    const isTrimmed = canTrim && difference === 'spaces';
    const setting = isTrimmed ? 'dataset.trim' : source;
    const advice = isTrimmed
      ? 'dataset.trim=true removes spaces around fields'
      : `write them alike in the data that ${source} names`;
    const message = `the classes ${namesInShort(names)} differ only in ${difference} but count as ${names.length} classes; ${advice}`;
    return [{ setting, message }];
  });
}

const withoutSpaces = (name: string): string => name.trim().replaceAll(/\s+/g, ' ');

/** A name without spaces at its ends, capitals, and different ways to write a number. */
function plainName(name: string): string {
  const text = withoutSpaces(name.normalize('NFKC')).toLowerCase();
  const number = Number(text);
  return text !== '' && Number.isFinite(number) ? String(number) : text;
}

function differenceOf(names: readonly string[]): string {
  const areEqual = (by: (name: string) => string): boolean => new Set(names.map(by)).size === 1;
  if (areEqual(withoutSpaces)) return 'spaces';
  if (areEqual((name) => name.toLowerCase())) return 'capitals';
  if (areEqual((name) => withoutSpaces(name).toLowerCase())) return 'spaces and capitals';
  return 'the way they are written';
}

/** A class with fewer examples is hardly learned. */
const FEW_EXAMPLES = 5;

function ofClassSizes({ dataset, choice, counts, existing }: ReadData): DataWarning[] {
  const inTrainOrTest = new Set(existing);
  const isThere = ({ validation }: { readonly validation: number }, label: number): boolean =>
    validation > 0 || inTrainOrTest.has(label);
  const empty = counts.filter((each, label) => !isThere(each, label));
  const few = counts.filter((each, label) => each.train < FEW_EXAMPLES && isThere(each, label));
  const warnings: DataWarning[] = [];
  if (empty.length > 0) {
    const setting = 'trainLabels' in choice ? 'dataset.trainLabels' : sourceOf(choice);
    const names = namesInShort(empty.map(({ name }) => name));
    const found = `${countOf(empty, counts)} no example anywhere: ${names}`;
    const [start = 0] = existing;
    const isShifted = start > 0 && settingsOf(choice).has('firstLabel');
    const outputs = 'The network has an output for each class up to the largest label';
    warnings.push(
      isShifted
        ? {
            setting: 'dataset.firstLabel',
            message: `${found}; the labels begin at ${start}. ${outputs}; dataset.firstLabel=${start} makes ${start} the first class`,
          }
        : {
            setting,
            message: `${found}. ${outputs}; renumber the labels that ${setting} names from 0 to avoid that`,
          },
    );
  }
  if (few.length > 0) {
    const { setting, advice } = howToHaveMore(dataset, choice);
    const names = few.map(({ name, train }) => `${JSON.stringify(name.slice(0, 60))}: ${train}`);
    warnings.push({
      setting,
      message: `${countOf(few, counts)} fewer than ${FEW_EXAMPLES} training examples (${inShort(names)}); ${advice}`,
    });
  }
  return warnings;
}

/** How a class gets more training examples. */
function howToHaveMore(
  { validation }: Dataset,
  choice: Settings['dataset'],
): { readonly setting: string; readonly advice: string } {
  if (choice.subset !== undefined) {
    return { setting: 'dataset.subset', advice: 'a larger dataset.subset leaves more' };
  }
  if (!validation) {
    return { setting: 'dataset.validation', advice: 'a smaller dataset.validation leaves more' };
  }
  const setting = sourceOf(choice);
  return { setting, advice: `add some to the data that ${setting} names` };
}

/** `1 of 27 classes has` */
function countOf({ length }: readonly ClassCounts[], all: readonly ClassCounts[]): string {
  return `${length} of ${all.length} classes ${length === 1 ? 'has' : 'have'}`;
}

/** No image format has more channels. */
const MOST_CHANNELS = 4;

function ofChannels({ dataset, choice }: ReadData): DataWarning[] {
  const [height, width, channels] = dataset.shape;
  if (height === undefined || width === undefined || channels === undefined) return [];
  const isFirst = height <= MOST_CHANNELS && channels > MOST_CHANNELS;
  const isMiddle = width <= MOST_CHANNELS && channels > MOST_CHANNELS && height > MOST_CHANNELS;
  if (!isFirst && !isMiddle) return [];
  // The other value of the setting helps only where it puts the channels last.
  const wanted = isFirst ? choice['channelsFirst'] === false : choice['channelsFirst'] === true;
  const setting = wanted ? 'dataset.channelsFirst' : sourceOf(choice);
  const advice = wanted
    ? `expected ${isFirst ? 'dataset.channelsFirst=true if the arrays are [n, channels, height, width]' : 'dataset.channelsFirst=false if the arrays are [n, height, width, channels]'}`
    : `check the data that ${setting} names`;
  return [
    {
      setting,
      message: `the examples are read as [height, width, channels] = [${dataset.shape.join(', ')}], which would be ${channels} channels; ${advice}`,
    },
  ];
}

/** Words in the names of folders that hold examples to measure on. */
const MEASURED_ON = /\b(val|valid|validation|test|tests|testing|eval|evaluation|dev)\b/i;

function ofFolders({ dataset, choice, leftOut }: ReadData): DataWarning[] {
  if (dataset.isTestHeldOut !== true) return [];
  return leftOut
    .filter(({ what }) => MEASURED_ON.test(what))
    .map(({ what, setting = sourceOf(choice) }) => ({
      setting,
      message: `not read: ${what}. The test set is drawn from the training examples instead; check ${setting}, or name the folder "test" to test on it`,
    }));
}

/** The names of the settings that the dataset has, whether they are given or not. */
function settingsOf({ id }: Settings['dataset']): ReadonlySet<string> {
  const dataset = datasets.entries.find((entry) => entry.id === id);
  return new Set(Object.keys(dataset?.hparams.shape ?? {}));
}

/** The setting that says where the data are; that of the dataset for those without files. */
function sourceOf(choice: Settings['dataset']): string {
  const name = ['folder', 'file', 'trainFeatures'].find((each) => each in choice);
  return name === undefined ? 'dataset.id' : `dataset.${name}`;
}
