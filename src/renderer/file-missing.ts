/** Why a part of the window that is loaded later can't be loaded. */
import { WorkbenchError } from '../shared/contract/errors.ts';

export const FILE_MISSING = new WorkbenchError(
  'unavailable',
  'a file of the window can’t be loaded',
  'The workbench was updated or stopped after this window was opened. Reload the window.',
);
