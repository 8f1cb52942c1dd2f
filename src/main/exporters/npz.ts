import { zipSync, type Zippable } from 'fflate';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import { type Exporter, NO_HPARAMS } from './exporter.ts';
import { maskTensors, type Tensor, type TensorFile, weightTensors } from './tensors.ts';

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

/** The earliest time a zip entry can have. It is fixed, so that equal data give equal bytes. */
const ENTRY_TIME = new Date(1980, 0, 1);

/** Weights at density 0.21 are compressed to 0.33; the default level 6 gives 0.32 in twice the time. */
const DEFLATE_LEVEL = 3;

/** The limit of zip files without the 64-bit extension, which fflate does not write. */
const LARGEST_ARCHIVE = 2 ** 32 - 1;

export function npzBytes({ tensors, metadata }: TensorFile): Uint8Array {
  const entries: Zippable = {};
  let size = 0;
  for (const tensor of tensors) {
    const array = npyBytes(tensor);
    size += array.length;
    entries[`${tensor.name}.npy`] = array;
  }
  if (size > LARGEST_ARCHIVE) {
    throw new WorkbenchError(
      'invalid-argument',
      `${size} bytes of arrays do not fit an npz file, which holds up to ${LARGEST_ARCHIVE}`,
      'Export them as safetensors.',
    );
  }
  return withComment(
    zipSync(entries, { level: DEFLATE_LEVEL, mtime: ENTRY_TIME }),
    JSON.stringify(metadata),
  );
}

function npyBytes({ shape, values }: Tensor): Uint8Array {
  const type = values instanceof Float32Array ? '<f4' : '|b1';
  // A tuple of one, in Python, ends with a comma.
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Magic, version and header length take 10 bytes; the array begins at a multiple of 64.
  const headerLength = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const header = new TextEncoder().encode(`${dictionary.padEnd(headerLength - 1)}\n`);

  const bytes = new Uint8Array(10 + headerLength + values.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, headerLength & 0xff, headerLength >>> 8]);
  bytes.set(header, 10);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 10 + headerLength);
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
