/** The words that a search is found by in lists. */
import type { Settings } from '../../shared/domain/settings.ts';

export function searchTextOf(
  id: string,
  name: string,
  { dataset, architecture }: Settings,
): string {
  return foldedWords([id, name, dataset.id, architecture.id].join('\n'));
}

/** Case and forms of letters do not matter. */
export function foldedWords(words: string): string {
  return words.normalize('NFKC').toLowerCase();
}
