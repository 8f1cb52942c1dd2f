/** The workbench of this application, in a process of its own. */
import path from 'node:path';
import process from 'node:process';
import { withTensorFlowEnvironment } from '../../../../provision/environment.mjs';
import { findNode } from '../../../../provision/node-runtime.mjs';
import { chosenPlugInFolder, PLUG_INS_VARIABLE } from '../../workbench/plug-ins/chosen-folder.ts';
import { canInstallOwnCommand } from './own-command.ts';
import { WORKBENCH, WORKBENCH_ENTRY } from './paths.ts';
import { launchWorkbench, type WorkbenchChild } from './process-launcher.ts';
import {
  CAN_INSTALL_COMMAND_VARIABLE,
  CHROMIUM_VERSION_VARIABLE,
  ELECTRON_VERSION_VARIABLE,
} from './process-messages.ts';

export function launchOwnWorkbench(): WorkbenchChild {
  return launchWorkbench({
    entry: WORKBENCH_ENTRY,
    environment: workbenchEnvironment(),
    node: findNode({ directory: WORKBENCH }),
  });
}

/** The workbench's process reads which plug-ins to load; `--plugins` is an argument of this one. */
function workbenchEnvironment(): NodeJS.ProcessEnv {
  const folder = chosenPlugInFolder(process.argv);
  const environment = {
    ...withTensorFlowEnvironment(),
    [ELECTRON_VERSION_VARIABLE]: process.versions.electron,
    [CHROMIUM_VERSION_VARIABLE]: process.versions.chrome,
    ...(canInstallOwnCommand() ? { [CAN_INSTALL_COMMAND_VARIABLE]: '1' } : {}),
  };
  return folder === undefined
    ? environment
    : { ...environment, [PLUG_INS_VARIABLE]: path.resolve(folder) };
}
