/** The settings that matter to a reader: those that describe the experiment, and those changed. */
import { isPlainObject, type Json } from '../../../shared/contract/json.ts';
import { parseSettings, type WrittenSettings } from '../../../shared/domain/settings.ts';
import { textOf } from '../../../shared/domain/sweep.ts';
import {
  type DescribedColumn,
  textTable,
  type TextTable,
} from '../../../shared/tables/text-table.ts';
import { registries } from '../settings/registries.ts';

/** Beginnings of paths that say what the experiment was, whether they are changed or not. */
const ESSENTIAL = [
  'dataset.id',
  'architecture',
  'initializer.id',
  'training.optimizer',
  'training.iterations',
  'training.batchSize',
  'training.evaluateEvery',
  'pruning',
  'rewind',
  'branches',
  'replicates',
  'verdict',
];

interface SettingRow {
  readonly path: string;
  readonly value: string;
  readonly usual: string;
}

const COLUMNS: readonly DescribedColumn<SettingRow>[] = [
  { heading: 'Setting', isNumber: false, text: ({ path }) => path },
  { heading: 'Value', isNumber: false, text: ({ value }) => value },
  { heading: 'Default', isNumber: false, text: ({ usual }) => usual },
];

const NOTHING = '–';

export function settingsTable(written: WrittenSettings): TextTable {
  const usual = leavesOf(parseSettings(registries, {}));
  const rows = [...leavesOf(written)].flatMap(([path, value]): SettingRow[] => {
    const text = textOf(value);
    const usualValue = usual.get(path);
    const usualText = usualValue === undefined ? NOTHING : textOf(usualValue);
    const isEssential = ESSENTIAL.some((start) => path === start || path.startsWith(`${start}.`));
    if (text === usualText) return isEssential ? [{ path, value: text, usual: 'the same' }] : [];
    return [{ path, value: text, usual: usualText }];
  });
  return textTable(
    'Settings that describe the search, and all that differ from the defaults.',
    COLUMNS,
    rows,
  );
}

/** The settings in which searches differ, a column for each search. */
export function differencesTable(
  searches: readonly { readonly name: string; readonly written: WrittenSettings }[],
): TextTable {
  const leaves = searches.map(({ written }) => leavesOf(written));
  const paths = [...new Set(leaves.flatMap((own) => [...own.keys()]))];
  const textAt = (index: number, path: string): string => {
    const value = leaves[index]?.get(path);
    return value === undefined ? NOTHING : textOf(value);
  };
  const differing = paths.filter((path) =>
    leaves.some((_, index) => textAt(index, path) !== textAt(0, path)),
  );
  const columns: readonly DescribedColumn<string>[] = [
    { heading: 'Setting', isNumber: false, text: (path) => path },
    ...searches.map(({ name }, index) => ({
      heading: name,
      isNumber: false,
      text: (path: string) => textAt(index, path),
    })),
  ];
  return textTable('Settings in which the searches differ.', columns, differing);
}

/** Every value that is no object, by its path; lists are values. */
function leavesOf(settings: WrittenSettings): Map<string, Json> {
  const leaves = new Map<string, Json>();
  const visit = (value: unknown, path: string): void => {
    if (value === undefined) return;
    if (!isPlainObject(value)) {
      leaves.set(path, value as Json);
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      visit(inner, path === '' ? key : `${path}.${key}`);
    }
  };
  visit(settings, '');
  return leaves;
}
