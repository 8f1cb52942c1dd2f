import type { BundleProgress } from '../../../shared/contract/records/bundles.ts';

/** A bundle also takes time on its way between a browser and the workbench. */
export interface ShownProgress {
  readonly what: BundleProgress['what'] | 'sending' | 'fetching';
  /** 0..1 */
  readonly fraction: number;
}

const TEXTS: Record<ShownProgress['what'], string> = {
  sending: 'Sending the bundle to the workbench',
  waiting: 'Waiting until another bundle is merged or written',
  checking: 'Checking the bundle',
  merging: 'Merging the bundle',
  writing: 'Writing the bundle',
  fetching: 'Fetching the bundle from the workbench',
};

export const describeProgress = ({ what }: ShownProgress): string => TEXTS[what];
