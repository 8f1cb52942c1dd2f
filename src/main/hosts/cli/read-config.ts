import { readFile } from 'node:fs/promises';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';

/** @throws WorkbenchError `invalid-argument` or `invalid-settings` that names the file. */
export async function readConfig(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new WorkbenchError(
      'invalid-argument',
      `the settings file ${file} can't be read: ${messageOf(cause)}`,
    );
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WorkbenchError('invalid-settings', `${file} is not JSON: ${messageOf(cause)}`);
  }
}
