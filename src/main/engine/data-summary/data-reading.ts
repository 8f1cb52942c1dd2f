import type { DataReading } from '../../../shared/domain/data-summary.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import type { Dataset, OnReading } from '../datasets/examples.ts';
import { isLargeInMemory } from '../datasets/reading.ts';
import { readInThread } from '../datasets/reading-thread.ts';
import { summarizeData } from './data-summary.ts';
import { type FeatureFacts, featureFacts } from './feature-facts.ts';
import { tellingProgress } from './telling-progress.ts';

/** Searches of a sweep use the same examples, whose features need to be read only once. */
const knownFacts = new WeakMap<Dataset, Promise<FeatureFacts>>();

/**
 * Summarises a dataset that is in memory; a large one in the thread that reads.
 *
 * @param onReading called about every second if it takes longer than that.
 */
export async function readingOf(
  { dataset: choice, replicates }: Pick<Settings, 'dataset' | 'replicates'>,
  dataset: Dataset,
  onReading: OnReading,
): Promise<DataReading> {
  const { seed } = replicates;
  const facts = await factsOf(dataset, onReading);
  const size = isLargeInMemory(dataset);
  if (!size) return summarizeData(choice, seed, dataset, facts);
  const given = { choice, seed, dataset, facts };
  return readInThread('summary', dataset.id, given, { what: nameOf(dataset, size), onReading });
}

function factsOf(dataset: Dataset, onReading: OnReading): Promise<FeatureFacts> {
  const known = knownFacts.get(dataset);
  if (known) return known;
  const size = isLargeInMemory(dataset);
  const facts = size
    ? readInThread('facts', dataset.id, { dataset }, { what: nameOf(dataset, size), onReading })
    : featureFacts(dataset, tellingProgress(onReading));
  knownFacts.set(dataset, facts);
  // The next summary tries again.
  facts.catch(() => knownFacts.delete(dataset));
  return facts;
}

const nameOf = ({ id }: Dataset, size: string): string =>
  `the summary of the dataset ${id} (${size})`;
