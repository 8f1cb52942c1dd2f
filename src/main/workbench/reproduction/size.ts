/** How much of a published experiment is run. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { ReproductionSize } from '../../../shared/contract/records/reproductions.ts';
import type { WrittenSettings } from '../../../shared/domain/settings.ts';
import { describeScale, scaledSettings } from './scale.ts';

export const IN_FULL: ReproductionSize = { scale: 1 };

/** @throws WorkbenchError `invalid-argument` for a scale outside (0, 1], or no whole number of replicates. */
export function checkSize(size: ReproductionSize): ReproductionSize {
  const { scale, replicates = 1 } = size;
  if (!(scale > 0 && scale <= 1)) {
    throw new WorkbenchError(
      'invalid-argument',
      `the scale is ${scale}; expected a fraction of the training length, above 0 and at most 1`,
    );
  }
  if (!Number.isInteger(replicates) || replicates < 1) {
    throw new WorkbenchError(
      'invalid-argument',
      `the number of replicates is ${replicates}; expected a whole number from 1`,
    );
  }
  return size;
}

/** The settings at that size: replicates that are left out are the last ones, so that a later run in full takes the others over. */
export function sizedSettings(
  settings: WrittenSettings,
  { scale, replicates: most }: ReproductionSize,
): WrittenSettings {
  const scaled = scaledSettings(settings, scale);
  const { replicates } = scaled;
  if (most === undefined || most >= replicates.count) return scaled;
  return { ...scaled, replicates: { ...replicates, count: most } };
}

/** `500 of 50,000 iterations per training, 1 of 5 replicates`; undefined in full. */
export function describeSize(
  settings: WrittenSettings,
  { scale, replicates }: ReproductionSize,
): string | undefined {
  const { count } = settings.replicates;
  const parts = [
    describeScale(settings, scale),
    replicates === undefined || replicates >= count
      ? undefined
      : `${replicates} of ${count} replicates`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}
