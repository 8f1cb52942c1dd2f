/**
 * Loads the addon at the given path, multiplies two matrices with it and prints TensorFlow's version.
 * Runs as a separate process, because a library that does not suit the processor or system crashes it.
 */
import { createRequire } from 'node:module';

/**
 * @typedef {object} Binding
 * @property {string} TF_Version
 * @property {(shape: number[], type: number, values: Float32Array) => number} createTensor
 * @property {(name: string, attributes: [], inputs: number[], outputs: number) => { id: number }[]} executeOp
 * @property {(tensor: number) => Float32Array} tensorDataSync
 */

/** TF_FLOAT of TensorFlow's C API. */
const FLOAT = 1;

const [file] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const loaded = /** @type {unknown} */ (require(String(file)));
const binding = /** @type {Binding} */ (loaded);
const row = binding.createTensor([1, 2], FLOAT, Float32Array.of(1, 2));
const column = binding.createTensor([2, 1], FLOAT, Float32Array.of(3, 4));
const [product] = binding.executeOp('MatMul', [], [row, column], 1);
const value = product === undefined ? undefined : binding.tensorDataSync(product.id)[0];
if (value !== 11) throw new Error(`[1 2] times [3 4] is ${value}; expected 11.`);
process.stdout.write(`\n${JSON.stringify({ tensorflow: binding.TF_Version })}\n`);
