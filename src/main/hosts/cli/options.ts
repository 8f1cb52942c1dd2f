import { InvalidArgumentError, Option } from 'commander';

export const dataDirOption = (): Option =>
  new Option('--data-dir <folder>', 'where searches are kept (also TICKET_DATA_DIR)');

export const workersOption = (): Option =>
  new Option('--workers <n>', 'trainings side by side; one for each core by default').argParser(
    (text) => wholeNumber(text, 1),
  );

/** @throws InvalidArgumentError for anything but a whole number from `minimum` on. */
export function wholeNumber(text: string, minimum: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < minimum || text.trim() === '') {
    throw new InvalidArgumentError(`expected a whole number from ${minimum} on`);
  }
  return value;
}
