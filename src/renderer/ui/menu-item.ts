import type { IconName } from './icons.ts';

export type MenuItem =
  | {
      readonly label: string;
      readonly icon?: IconName;
      readonly hint?: string;
      readonly isDisabled?: boolean;
      readonly isDanger?: boolean;
      readonly isChecked?: boolean;
      /** Keeps the menu open, so that several items can be ticked in one go. */
      readonly keepsOpen?: boolean;
      readonly run: () => void;
    }
  | { readonly heading: string };
