import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { Binding } from './binding.ts';

function refuse(): never {
  throw new WorkbenchError(
    'provisioning-failed',
    'TensorFlow is not set up, and a part of this search needs it',
    'Set it up in the window, or with: ticket tensorflow --download',
  );
}

/** Stands for the addon where TensorFlow is not installed: the sparse engine never uses it. */
export const MISSING_BINDING: Binding = {
  TF_Version: '',
  createTensor: refuse,
  deleteTensor: refuse,
  tensorDataSync: refuse,
  executeOp: refuse,
  getNumOfTensors: refuse,
};
