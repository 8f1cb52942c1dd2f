/** Sets TensorFlow up with the options in the file that is its argument. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { ensureTensorFlow, type EnsureOptions } from '../../provision/tensorflow.mjs';
import { verifyInstallation, type SiteOptions } from '../../provision/installation.mjs';
import { ProvisioningError } from '../../provision/provisioning-error.mjs';
import { refusing } from './refusal.ts';

const options = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as EnsureOptions &
  SiteOptions;
await refusing(async () => {
  const problems = await verifyInstallation(await ensureTensorFlow(options));
  // As `ticket doctor` says.
  if (problems.length > 0) throw new ProvisioningError(problems.join('; '), '');
});
