/** How children end where the program refuses something in good order: in words, with a code of its own. */
import process from 'node:process';
import { ProvisioningError } from '../../provision/provisioning-error.mjs';
import { WorkbenchError } from '../../src/shared/contract/errors.ts';

export const REFUSED = 3;

export async function refusing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof WorkbenchError || error instanceof ProvisioningError)) throw error;
    process.stderr.write(`refused: ${error.message}\n`);
    process.exitCode = REFUSED;
  }
}
