import { zipSync, type Zippable } from 'fflate';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import { type Exporter, NO_HPARAMS } from './exporter.ts';
import { maskTensors, type Tensor, type TensorFile, weightTensors } from './tensors.ts';
import { DEFLATE_LEVEL, ENTRY_TIME, LARGEST_ARCHIVE } from './zip-files.ts';

/**
 * NumPy's archive of arrays, read by `numpy.load`.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html (NPY 1.0)
 */
export const npz: Exporter = {
  id: 'npz',
  label: 'NumPy archive (.npz)',
  description: 'For numpy.load. The comment of the zip file is JSON that describes the arrays.',
  hparams: NO_HPARAMS,
  mediaType: 'application/zip',
  fileEnding: 'npz',
  write: {
    masks: (data) => npzBytes(maskTensors(data)),
    weights: (data) => npzBytes(weightTensors(data)),
  },
};

export function npzBytes({ tensors, metadata }: TensorFile): Uint8Array {
  const arrays = tensors.map(({ name, shape, values }) => ({
    name,
    shape,
    type: typeOf(values),
    bytes: bytesOf(values),
  }));
  return withComment(npzArchive(arrays), JSON.stringify(metadata));
}

/** An array of any of NumPy's types. */
export interface NumpyArray {
  readonly name: string;
  /** As NumPy writes it: `<f4`, `|S3`. */
  readonly type: string;
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly bytes: Uint8Array;
}

export function npzArchive(arrays: readonly NumpyArray[]): Uint8Array {
  const entries: Zippable = {};
  let size = 0;
  for (const array of arrays) {
    const bytes = npyBytes(array);
    size += bytes.length;
    entries[`${array.name}.npy`] = bytes;
  }
  if (size > LARGEST_ARCHIVE) {
    throw new WorkbenchError(
      'invalid-argument',
      `${size} bytes of arrays do not fit an npz file, which holds up to ${LARGEST_ARCHIVE}`,
      'Export them as safetensors.',
    );
  }
  return zipSync(entries, { level: DEFLATE_LEVEL, mtime: ENTRY_TIME });
}

export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function typeOf(values: Tensor['values']): '<f4' | '<i4' | '|b1' {
  if (values instanceof Float32Array) return '<f4';
  return values instanceof Int32Array ? '<i4' : '|b1';
}

function npyBytes({ type, shape, bytes: content }: NumpyArray): Uint8Array {
  // A tuple of one, in Python, ends with a comma.
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Magic, version and header length take 10 bytes; the array begins at a multiple of 64.
  const headerLength = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const header = new TextEncoder().encode(`${dictionary.padEnd(headerLength - 1)}\n`);

  const bytes = new Uint8Array(10 + headerLength + content.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, headerLength & 0xff, headerLength >>> 8]);
  bytes.set(header, 10);
  bytes.set(content, 10 + headerLength);
  return bytes;
}

/**
 * Adds an archive comment, the last field of a zip file. An entry of its own would look like one more
 * array.
 */
function withComment(zip: Uint8Array, comment: string): Uint8Array {
  const text = new TextEncoder().encode(comment);
  const bytes = new Uint8Array(zip.length + text.length);
  bytes.set(zip);
  bytes.set(text, zip.length);
  new DataView(bytes.buffer).setUint16(zip.length - 2, text.length, true);
  return bytes;
}
