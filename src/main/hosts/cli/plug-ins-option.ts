import { Option } from 'commander';
import { PLUG_INS_FLAG, PLUG_INS_VARIABLE } from '../../workbench/plug-ins/chosen-folder.ts';

/** An option of every command. */
export const plugInsOption = (): Option =>
  new Option(
    `${PLUG_INS_FLAG} <folder>`,
    `load the plug-ins of a folder: programs that run with your rights (also ${PLUG_INS_VARIABLE})`,
  );
