/** The native addon inside @tensorflow/tfjs-node, typed by hand: it ships no declarations. */
import { createRequire } from 'node:module';
import { bindingOf, findTensorFlow } from '../../../../provision/installation.mjs';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';

declare const tensorBrand: unique symbol;
/** The id of a tensor, which TensorFlow holds for this thread until it is deleted. */
export type Tensor = number & { readonly [tensorBrand]: true };

/** TF_DataType of TensorFlow's C API (tf_datatype.h). */
export const FLOAT = 1;
export const DOUBLE = 2;
export const INT32 = 3;
export const UINT8 = 4;
export const RESOURCE = 20;
export type DataType = typeof FLOAT | typeof INT32 | typeof UINT8 | typeof RESOURCE;

/** TF_AttrType of TensorFlow's C API (tf_attrtype.h). */
export const ATTRIBUTE_STRING = 0;
export const ATTRIBUTE_INT = 1;
export const ATTRIBUTE_FLOAT = 2;
export const ATTRIBUTE_BOOL = 3;
export const ATTRIBUTE_TYPE = 4;
export const ATTRIBUTE_SHAPE = 5;

export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: string | number | boolean | readonly number[];
}

export interface Binding {
  readonly TF_Version: string;
  createTensor(
    shape: readonly number[],
    type: DataType,
    values: Float32Array | Int32Array | Uint8Array,
  ): Tensor;
  deleteTensor(tensor: Tensor): void;
  tensorDataSync(tensor: Tensor): Float32Array | Int32Array | Uint8Array;
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): { readonly id: Tensor; readonly shape: readonly number[] }[];
  getNumOfTensors(): number;
}

let loaded: Binding | undefined;

/**
 * The addon for this thread. Each thread has its own tensors.
 *
 * Only the addon is loaded, without tfjs-node's JavaScript. Training does not use that code, and
 * every worker would pay one second at startup and some 60 MB for it.
 *
 * @throws WorkbenchError `provisioning-failed` if it has not been provisioned or does not load.
 */
export function loadBinding(): Binding {
  if (loaded) return loaded;
  const addon = addonFile();
  try {
    loaded = createRequire(import.meta.url)(addon) as Binding;
    return loaded;
  } catch (cause) {
    throw new WorkbenchError(
      'provisioning-failed',
      `TensorFlow's native library does not load: ${messageOf(cause)}`,
      'Run "npm run ticket -- doctor" to see what is missing and how to get it.',
      { cause },
    );
  }
}

/**
 * The addon in the user's cache.
 *
 * @throws WorkbenchError `provisioning-failed` if TensorFlow is not set up.
 */
export function addonFile(): string {
  const installation = findTensorFlow();
  if (installation) return bindingOf(installation);
  throw new WorkbenchError(
    'provisioning-failed',
    'TensorFlow, which trains dense networks, is not set up on this machine',
    'Run "ticket doctor" to see what is missing and how to get it.',
  );
}
