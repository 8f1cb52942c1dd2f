import type { IconName } from '../ui/icons.ts';

/** An entry of the command palette. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly icon: IconName;
  readonly hint?: string;
  readonly run: () => void;
}
