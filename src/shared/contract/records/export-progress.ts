/** How far an export for another program is. */

/** In their order; an export may leave some out. */
export const EXPORT_STEPS = ['dataset', 'network', 'examples', 'files'] as const;
export type ExportStep = (typeof EXPORT_STEPS)[number];

export interface ExportProgress {
  /** The id of the program. */
  readonly program: string;
  readonly step: ExportStep;
}
