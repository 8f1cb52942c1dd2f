/** Plug-ins: the window's setting, and what is loaded in this run. */
import type { PlugInEntry } from '../../domain/plug-in.ts';
import type { ErrorReport } from '../errors.ts';

export interface PlugInOverview {
  /** Whether the plug-ins of `folder` are loaded at the next start. */
  readonly isOn: boolean;
  /** Whether the setting was on at this start. */
  readonly wasOn: boolean;
  /** The only folder that the setting concerns. It is created when the setting is first turned on. */
  readonly folder: string;
  readonly loaded: readonly LoadedPlugInOverview[];
  /** Why no plug-in of `folder` is loaded although the setting was on. */
  readonly failure: ErrorReport | undefined;
}

export interface LoadedPlugInOverview {
  /** Absolute. */
  readonly file: string;
  /** `start`: named by `--plugins` or `TICKET_PLUGINS`. */
  readonly source: 'start' | 'data-directory';
  /** Hex, of the file's bytes. */
  readonly sha256: string;
  readonly entries: readonly (PlugInEntry & { readonly label: string })[];
}
