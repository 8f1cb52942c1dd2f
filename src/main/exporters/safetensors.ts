import { type Exporter, NO_HPARAMS } from './exporter.ts';
import { maskTensors, type Tensor, type TensorFile, weightTensors } from './tensors.ts';

/**
 * Tensors behind a JSON header, read by the `safetensors` package.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
export const safetensors: Exporter = {
  id: 'safetensors',
  label: 'safetensors',
  description: 'For the safetensors package; the metadata describe the tensors.',
  hparams: NO_HPARAMS,
  mediaType: 'application/octet-stream',
  fileEnding: 'safetensors',
  write: {
    masks: (data) => safetensorsBytes(maskTensors(data)),
    weights: (data) => safetensorsBytes(weightTensors(data)),
  },
};

function typeOf(values: Tensor['values']): 'F32' | 'I32' | 'BOOL' {
  if (values instanceof Float32Array) return 'F32';
  return values instanceof Int32Array ? 'I32' : 'BOOL';
}

export function safetensorsBytes({ tensors: unaligned, metadata }: TensorFile): Uint8Array {
  // As the safetensors package orders them: each tensor then begins at a multiple of its element's size.
  const tensors = unaligned.toSorted(
    (one, other) => other.values.BYTES_PER_ELEMENT - one.values.BYTES_PER_ELEMENT,
  );
  const entries: Record<string, unknown> = { __metadata__: metadata };
  let size = 0;
  for (const { name, shape, values } of tensors) {
    const end = size + values.byteLength;
    entries[name] = {
      dtype: typeOf(values),
      shape,
      data_offsets: [size, end],
    };
    size = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(entries));
  // Filled up with spaces, so that the tensors begin at a multiple of 8.
  const headerLength = Math.ceil(json.length / 8) * 8;

  const bytes = new Uint8Array(8 + headerLength + size).fill(0x20, 8, 8 + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, 8);
  let offset = 8 + headerLength;
  for (const { values } of tensors) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return bytes;
}
