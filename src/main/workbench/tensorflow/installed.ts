import { findTensorFlow } from '../../../../provision/installation.mjs';

/** Whether TensorFlow is installed for this user. Takes a millisecond, and does not load it. */
export function isTensorFlowInstalled(): boolean {
  try {
    return findTensorFlow() !== undefined;
  } catch {
    // tfjs-node is not installed, or the route that is forced does not exist.
    return false;
  }
}
