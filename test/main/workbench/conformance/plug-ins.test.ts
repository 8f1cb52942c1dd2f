/** The example plug-ins, in the searches that every registered entry is tried in. */
import { loadedPlugIns } from '../../../../src/main/engine/plug-ins/load.ts';
import { loadPlugInFolder } from '../../../../src/main/workbench/plug-ins/folder.ts';
import { temporaryFolders } from '../../engine/datasets/idx-writer.ts';
import { EXAMPLES } from '../plug-ins/examples.ts';
import { conform } from './conform.ts';
import { exampleSearches } from './searches.ts';

loadPlugInFolder(EXAMPLES);
const ids = loadedPlugIns().flatMap(({ entries }) => entries.map(({ id }) => id));
conform(
  exampleSearches(temporaryFolders()).entries.filter(({ name }) =>
    ids.some((id) => name.endsWith(` ${id}`)),
  ),
);
