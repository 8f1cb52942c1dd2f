/** What provisioning knows of the machine, for the about page and the log. */
import { cacheDirectory } from '../../../provision/project.mjs';
import { findTensorFlow } from '../../../provision/installation.mjs';

export function installedParts(): {
  readonly cacheDirectory: string;
  parts(): Record<string, string | undefined>;
} {
  return { cacheDirectory: cacheDirectory(), parts: () => ({ TensorFlow: tensorFlowVersion() }) };
}

function tensorFlowVersion(): string | undefined {
  try {
    return findTensorFlow()?.tensorflow;
  } catch {
    // Its package is not installed. "ticket doctor" says so.
    return undefined;
  }
}
