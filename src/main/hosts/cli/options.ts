import { InvalidArgumentError, Option } from 'commander';
import { withHome } from '../../workbench/user-path.ts';

export const dataDirOption = (): Option =>
  new Option('--data-dir <folder>', 'folder that holds the searches (also TICKET_DATA_DIR)');

export const workersOption = (): Option =>
  new Option('--workers <n>', 'concurrent trainings; one per core by default').argParser((text) =>
    wholeNumber(text, 1),
  );

export const holmOption = (): Option =>
  new Option(
    '--holm',
    "for a sweep: also show what wins after Holm's correction over all searches",
  );

/** For `--out=~/x` and quoted paths, in which no shell replaces the `~`. */
export const userPath = (text: string): string => withHome(text);

export const userPaths = (text: string, earlier: readonly string[] = []): readonly string[] => [
  ...earlier,
  withHome(text),
];

/**
 * A density as people write it, `20%` or `0.2`, as the fraction of weights kept.
 *
 * @throws InvalidArgumentError for anything but a number above 0 and at most 1, or 100%.
 */
export function densityFraction(text: string): number {
  const written = text.trim();
  const isPercent = written.endsWith('%');
  const number = isPercent ? written.slice(0, -1).trim() : written;
  const density = number === '' ? Number.NaN : Number(number) / (isPercent ? 100 : 1);
  if (density > 0 && density <= 1) return density;
  throw new InvalidArgumentError(
    'expected a percentage such as 20%, or a fraction above 0 and at most 1, such as 0.2',
  );
}

/** @throws InvalidArgumentError for anything but a whole number of at least `minimum`. */
export function wholeNumber(text: string, minimum: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < minimum || text.trim() === '') {
    throw new InvalidArgumentError(`expected a whole number of at least ${minimum}`);
  }
  return value;
}
