import type { BundleProgress } from '../../../shared/contract/records/bundles.ts';

const TEXTS: Record<BundleProgress['what'], string> = {
  checking: 'Checking the bundle',
  merging: 'Merging the bundle',
  writing: 'Writing the bundle',
};

export const describeProgress = ({ what }: BundleProgress): string => TEXTS[what];
