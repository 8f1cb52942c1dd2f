/** The plug-ins of resources/plug-ins, and plug-ins that tests write. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../store/samples.ts';

export const EXAMPLES = fileURLToPath(new URL('../../../../resources/plug-ins/', import.meta.url));

/** A folder with these files, by name. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

/** The code of a plug-in that defines an initialiser. */
export const initializerCode = (id: string): string => `
  import { defineInitializer, z } from 'ticket-workbench/plug-in';
  export const plugIn = {
    initializers: [
      defineInitializer({
        id: '${id}',
        label: 'Constant',
        description: 'Every weight is the same.',
        hparams: z.object({ value: z.number().default(0.5) }),
        create: ({ value }) => (values) => { values.fill(value); },
      }),
    ],
  };`;
