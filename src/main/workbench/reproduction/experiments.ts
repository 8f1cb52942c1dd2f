/** The published experiments that can be reproduced. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { ReproductionSize } from '../../../shared/contract/records/reproductions.ts';
import type { WrittenSettings } from '../../../shared/domain/settings.ts';
import { largest } from '../../../shared/extremes.ts';
import { judgeClaim, type JudgedClaim } from '../../../shared/published/claims.ts';
import type {
  PublishedFile,
  PublishedReproduction,
  PublishedRun,
} from '../../../shared/published/schema.ts';
import type { ReproductionSummary } from '../../../shared/published/summary.ts';
import { publishedFiles } from '../published/files.ts';
import { resolveSettings } from '../settings/settings-input.ts';
import { describeSize, IN_FULL, sizedSettings } from './size.ts';

/** A published file that can be reproduced. */
export type ReproducibleFile = PublishedFile & { readonly reproduction: PublishedReproduction };

export function reproducibleFiles(): ReproducibleFile[] {
  return publishedFiles().flatMap((file) =>
    file.reproduction ? [{ ...file, reproduction: file.reproduction }] : [],
  );
}

/** @throws WorkbenchError `not-found` naming all of them. */
export function reproducible(name: string): ReproducibleFile {
  const files = reproducibleFiles();
  const found = files.find(({ reproduction }) => reproduction.name === name);
  if (found) return found;
  throw new WorkbenchError(
    'not-found',
    `there is no reproduction "${name}"`,
    `There are ${files.map(({ reproduction }) => reproduction.name).join(', ')}.`,
  );
}

/** The complete settings of a run; of a sweep, without its values. */
export function settingsOfRun(
  { preset, settings }: PublishedRun,
  size: ReproductionSize,
): WrittenSettings {
  return sizedSettings(resolveSettings({ preset, config: settings ?? {} }), size);
}

/** How many replicates its runs have, as published; the most if they differ. */
export function ownReplicates({ runs }: PublishedReproduction): number {
  return largest(runs.map((run) => settingsOfRun(run, IN_FULL).replicates.count));
}

/**
 * How its runs are smaller than what was published, by design and at this size: `500 of 50,000
 * iterations per training, 1 of 5 replicates`. Undefined in full.
 */
export function describeReduction(
  { runs, scaledDown }: PublishedReproduction,
  size: ReproductionSize,
): string | undefined {
  const [first] = runs;
  const parts = [scaledDown, first && describeSize(settingsOfRun(first, IN_FULL), size)];
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : known.join('; then ');
}

/** The claims of a file, judged on a summary. */
export function judgedClaims(
  { reproduction }: ReproducibleFile,
  { runs }: Pick<ReproductionSummary, 'runs'>,
): JudgedClaim[] {
  return reproduction.claims.map((claim) =>
    judgeClaim(
      claim,
      runs.find(({ id }) => id === claim.run),
    ),
  );
}
