/**
 * What belongs to the application and not to a search: preferences, plug-ins, TensorFlow, folders, dialogs.
 */
import { z } from 'zod';
import { type Json, jsonSchema } from '../json.ts';
import { type About, type CrashNotice, FOLDERS } from '../records/about.ts';
import type { Health } from '../records/host.ts';
import type { PlugInOverview } from '../records/plug-ins.ts';
import type { TensorFlowStatus } from '../records/tensorflow.ts';
import { call, nothing, returns } from './call.ts';

export const HOST_CALLS = {
  /** What the window remembers across restarts, by key. None of it changes what the workbench does. */
  'preferences.get': call(nothing, returns<Readonly<Record<string, Json>>>()),
  /** `null` deletes the key. */
  'preferences.set': call(
    z.strictObject({
      key: z.string().regex(/^[a-z][a-zA-Z0-9.-]{0,99}$/, {
        error: 'a letter followed by letters, digits, dots and hyphens',
      }),
      value: jsonSchema(100_000),
    }),
    returns<undefined>(),
  ),
  /** The setting for plug-ins, and those loaded in this run. */
  'plugIns.get': call(nothing, returns<PlugInOverview>()),
  /**
   * Turns the setting on or off, from the next start on. It concerns one folder, which no call names.
   * Where the host asks the user first, the value says what came of it.
   */
  'plugIns.set': call(z.strictObject({ isOn: z.boolean() }), returns<PlugInOverview>()),
  /** Shows that folder in the system's file manager. */
  'plugIns.openFolder': call(nothing, returns<undefined>()),
  /** Whether TensorFlow is set up, and what setting it up would take. */
  'tensorflow.status': call(nothing, returns<TensorFlowStatus>()),
  /**
   * Downloads TensorFlow and sets it up, or continues what was paused. `tensorflow-changed` follows
   * whenever something changes.
   */
  'tensorflow.start': call(nothing, returns<TensorFlowStatus>()),
  /** Stops the setup and keeps what has been downloaded, also over a restart. */
  'tensorflow.pause': call(nothing, returns<TensorFlowStatus>()),
  /** Stops the setup and deletes what has been downloaded. */
  'tensorflow.cancel': call(nothing, returns<TensorFlowStatus>()),
  /**
   * Sets TensorFlow up from a folder or file on this machine. Where the host has dialogs, the user
   * chooses it outside the page, which can't name it then.
   */
  'tensorflow.use': call(
    z.strictObject({
      kind: z.enum(['file', 'folder']),
      path: z.string().min(1).max(4096).optional(),
    }),
    returns<TensorFlowStatus>(),
  ),
  health: call(nothing, returns<Health>()),
  about: call(nothing, returns<About>()),
  /** The licence notices of everything that is bundled. */
  'about.licences': call(nothing, returns<string>()),
  /** Shows a folder in the system's file manager. No call names another one. */
  'about.openFolder': call(z.strictObject({ folder: z.enum(FOLDERS) }), returns<undefined>()),
  /** How the last run ended, if that was unexpected and no window has been told before. */
  'about.crash': call(nothing, returns<CrashNotice | undefined>()),
  'about.dismissCrash': call(nothing, returns<undefined>()),
  /** Opens a native dialog for a file or folder; undefined if it was cancelled. */
  'host.pickPath': call(
    z.strictObject({ kind: z.enum(['file', 'folder']), title: z.string().max(200) }),
    returns<string | undefined>(),
  ),
  /** Makes the command `ticket` known to the user's terminals. A message of the host says what came of it. */
  'host.installCommand': call(nothing, returns<undefined>()),
  /** Opens a native dialog to save a file. Returns the path, or undefined if it was cancelled. */
  'host.saveFile': call(
    z.strictObject({
      name: z.string().min(1).max(200),
      bytes: z.instanceof(Uint8Array),
    }),
    returns<string | undefined>(),
  ),
} as const;
