/**
 * Plug-ins of every kind, in the searches that every registered entry is tried in, in the form, on the
 * command line and in the catalog.
 */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadedPlugIns } from '../../../../src/main/engine/plug-ins/load.ts';
import { hasSparseUpdate } from '../../../../src/main/engine/training/optimizer-engines.ts';
import { loadPlugInFolder } from '../../../../src/main/workbench/plug-ins/folder.ts';
import { catalog } from '../../../../src/main/workbench/settings/catalog.ts';
import { PLUG_IN_KINDS } from '../../../../src/shared/domain/plug-in.ts';
import { originOf } from '../../../../src/renderer/forms/origin.ts';
import { temporaryFolders } from '../../engine/datasets/idx-writer.ts';
import { EXAMPLES } from '../plug-ins/examples.ts';
import { conform } from './conform.ts';
import { conformExporters } from './conform-exporters.ts';
import { conformSettings } from './conform-settings.ts';
import { exampleSearches } from './searches.ts';

loadPlugInFolder(EXAMPLES);
loadPlugInFolder(fileURLToPath(new URL('../plug-ins/every-kind/', import.meta.url)));

const plugIns = loadedPlugIns();
const entries = plugIns.flatMap((plugIn) => plugIn.entries);
const searches = exampleSearches(temporaryFolders()).entries.filter(({ name }) =>
  entries.some(({ id }) => name.endsWith(` ${id}`)),
);
const everything = catalog();

it('the plug-ins have an entry of every kind, and each but an exporter has a search', () => {
  expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(PLUG_IN_KINDS));
  const isExporter = ({ kind }: (typeof entries)[number]) => kind === 'exporters';
  expect(searches).toHaveLength(entries.filter((entry) => !isExporter(entry)).length);
});

it.each(entries)('the catalog says which file $kind $id comes from', ({ kind, id }) => {
  const listed = kind === 'exporters' ? everything.exportFormats : everything[kind];
  const entry = listed.find((each) => each.id === id);
  const file = plugIns.find((each) => each.entries.some((other) => other.id === id))?.file;
  expect(entry).toMatchObject({ plugIn: file });
  expect(originOf(entry)).toMatch(
    /^From (relative-change[.]ts|checkerboard[.]js|every-kind[.]ts)[.]$/,
  );
});

it('an optimizer of a plug-in is for the dense engine only', () => {
  expect(hasSparseUpdate({ id: 'halved-sgd' })).toBe(false);
});

conformSettings(searches);
conformExporters(everything.exportFormats.filter(({ plugIn }) => plugIn !== undefined));
conform(searches);
