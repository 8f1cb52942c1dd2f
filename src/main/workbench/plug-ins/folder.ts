/** A folder of plug-ins: every file in it that ends in `.ts` or `.js` is one. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { type Definition, registry } from '../../../shared/domain/definition.ts';
import { PLUG_IN_KINDS, type PlugInKind } from '../../../shared/domain/plug-in.ts';
import { settingsSchema } from '../../../shared/domain/settings.ts';
import { absolutePath } from '../../engine/datasets/user-path.ts';
import {
  loadPlugIns,
  type PlugInEntries,
  type PlugInFile,
  plugInFile,
} from '../../engine/plug-ins/load.ts';
import { registries } from '../settings/registries.ts';
import { openRegistries } from './open-registries.ts';

/**
 * Loads every plug-in of a folder, or none. From then on their entries are like built-in ones, here
 * and in the workers that start later.
 *
 * @throws WorkbenchError `not-found` if there is no such folder; `invalid-argument` if it holds no
 *   plug-in; as `loadPlugIns`.
 */
export function loadPlugInFolder(folder: string): void {
  const files = plugInsIn(absolutePath(folder));
  if (files.length === 0) {
    throw new WorkbenchError(
      'invalid-argument',
      `the folder of plug-ins ${folder} has no file that ends in .ts or .js`,
      'Give the folder that the plug-ins are in, not one above it.',
    );
  }
  loadPlugInFiles(files);
}

/** @throws WorkbenchError as `loadPlugIns`; nothing is registered then. */
export function loadPlugInFiles(files: readonly PlugInFile[]): void {
  loadPlugIns(files, openRegistries, checkSettings);
}

/** @throws WorkbenchError `not-found` if there is no such folder, or a file of it can't be read. */
export function plugInsIn(folder: string): PlugInFile[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    throw new WorkbenchError(
      'not-found',
      `the folder of plug-ins ${folder} can't be read: ${messageOf(cause)}`,
      'Give a folder with .ts or .js files: --plugins FOLDER.',
      { cause },
    );
  }
  const plugIns = names.filter((name) => /[.](ts|js)$/.test(name) && !name.endsWith('.d.ts'));
  // The order of registration, which lists follow, is the same on every machine.
  return plugIns.toSorted().map((name) => plugInFile(path.join(folder, name)));
}

/**
 * The settings of all entries become one schema, which the form, the command line and the catalog
 * read. A setting that it can't express is found here.
 */
function checkSettings(plugIns: readonly PlugInEntries[]): void {
  const added: { kind: PlugInKind; definition: Definition }[] = [];
  for (const { plugIn, entries } of plugIns) {
    for (const entry of entries) added.push(entry);
    const trial = Object.fromEntries(
      PLUG_IN_KINDS.map((kind) => {
        const { kind: name, entries: known } = openRegistries[kind];
        const own = added.filter((each) => each.kind === kind).map(({ definition }) => definition);
        return [kind, registry(name, [...known, ...own])];
      }),
    );
    try {
      z.toJSONSchema(settingsSchema({ ...registries, ...trial }), { io: 'input' });
      for (const { definition } of entries) z.toJSONSchema(definition.hparams, { io: 'input' });
    } catch (cause) {
      throw new WorkbenchError(
        'invalid-data',
        `the settings of the plug-in ${plugIn.file} can't be offered: ${messageOf(cause)}`,
        'Settings are made of numbers, texts, truth values, lists and objects of these, each with a name of its own. See docs/plug-ins.md.',
        { cause },
      );
    }
  }
}
