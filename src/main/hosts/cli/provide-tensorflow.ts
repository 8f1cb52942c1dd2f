/** Sets TensorFlow up for a command that is about to train, if it needs it. */
import { findTensorFlow } from '../../../../provision/installation.mjs';
import { findNode } from '../../../../provision/node-runtime.mjs';
import { ProvisioningError } from '../../../../provision/provisioning-error.mjs';
import {
  Interrupted,
  provisionInTerminal,
  setsUpByItself,
} from '../../../../provision/terminal.mjs';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { TensorFlowNeeds } from '../../../shared/contract/records/planning.ts';

/**
 * Does nothing if TensorFlow is there or not needed, or if a command may not set it up here. Then the
 * search itself fails, and says what it needs TensorFlow for.
 *
 * @param needs asked only if TensorFlow is missing.
 * @throws WorkbenchError `provisioning-failed`; `interrupted` if it was stopped.
 */
export async function provideTensorFlow(
  needs: () => TensorFlowNeeds | Promise<TensorFlowNeeds>,
): Promise<void> {
  if (findTensorFlow() === undefined) {
    const { reasons } = await needs();
    if (reasons.length === 0 || !setsUpByItself('training')) return;
  }
  await setUpTensorFlow();
}

/**
 * Sets TensorFlow up, and shows the progress.
 *
 * @param from a folder or file to take it from, instead of a download.
 * @throws WorkbenchError as `provideTensorFlow`.
 */
export function setUpTensorFlow(from?: string): Promise<void> {
  return provisioning(() => provisionInTerminal(findNode(), from));
}

/** Runs a part of provisioning, whose errors become the workbench's own. */
export async function provisioning<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Interrupted) {
      throw new WorkbenchError('interrupted', cause.message, undefined, { cause });
    }
    if (!(cause instanceof ProvisioningError)) throw cause;
    throw new WorkbenchError('provisioning-failed', cause.message, cause.hint, { cause });
  }
}
