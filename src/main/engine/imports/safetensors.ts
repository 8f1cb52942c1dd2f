/** The format of the `safetensors` package, read. */
import { z } from 'zod';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { decodeNumbers, type NpyValues } from '../datasets/readers/npy.ts';
import type { NamedTensor } from './named-tensor.ts';

/** Beside them there is bfloat16, which NumPy lacks. */
const TYPES = {
  BOOL: ['b1', 'bool', 1],
  U8: ['u1', 'uint8', 1],
  I8: ['i1', 'int8', 1],
  U16: ['u2', 'uint16', 2],
  I16: ['i2', 'int16', 2],
  U32: ['u4', 'uint32', 4],
  I32: ['i4', 'int32', 4],
  U64: ['u8', 'uint64', 8],
  I64: ['i8', 'int64', 8],
  F16: ['f2', 'float16', 2],
  F32: ['f4', 'float32', 4],
  F64: ['f8', 'float64', 8],
} as const;

/** The length of the header comes first, as a uint64. */
const LENGTH_BYTES = 8;

/** What the safetensors package takes as well. */
const MOST_HEADER_BYTES = 100_000_000;

const wholeNumber = z.int().min(0);
const tensorSchema = z.object({
  dtype: z.string(),
  shape: z.array(wholeNumber),
  data_offsets: z.tuple([wholeNumber, wholeNumber]),
});
const headerSchema = z.record(z.string(), tensorSchema);
const metadataSchema = z.record(z.string(), z.string());

interface Header {
  readonly tensors: Readonly<Record<string, z.infer<typeof tensorSchema>>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface SafetensorsFile {
  readonly tensors: readonly NamedTensor[];
  /** What the file says about itself. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * @see https://github.com/huggingface/safetensors#format
 * @throws WorkbenchError `invalid-data` naming file, tensor and expectation.
 */
export function safetensorsOf(path: string, bytes: Buffer): SafetensorsFile {
  const reject = (what: string): never => {
    throw new WorkbenchError(
      'invalid-data',
      `${path}: ${what}; expected safetensors or npz`,
      'Save the tensors with safetensors.torch.save_file or numpy.savez.',
    );
  };
  if (bytes.length < LENGTH_BYTES) reject(`it has ${bytes.length} bytes`);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const dataStart = LENGTH_BYTES + headerLength;
  if (dataStart > bytes.length) reject('it begins with no header of safetensors');
  if (headerLength > MOST_HEADER_BYTES) {
    reject(`its header has ${headerLength} bytes, more than ${MOST_HEADER_BYTES}`);
  }
  const header = headerOf(bytes.toString('utf8', LENGTH_BYTES, dataStart));
  if (!header) return reject('its header is not one of safetensors');

  const data = bytes.subarray(dataStart);
  const tensors = Object.entries(header.tensors).map(([name, { dtype, shape, data_offsets }]) => {
    const [start, end] = data_offsets;
    const [type, size] = typeOf(dtype) ?? reject(`the tensor ${name} has the type ${dtype}`);
    const count = shape.reduce((product, length) => product * length, 1);
    if (end > data.length || end - start !== count * size) {
      reject(
        `the tensor ${name} of shape [${shape.join(', ')}] lies at bytes ${start} to ${end} of ${data.length}`,
      );
    }
    const values = () => valuesOf(dtype, data.subarray(start, end));
    return { name, shape, type, start, end, values };
  });

  // As the format demands: otherwise many names could ask for the memory of the same bytes.
  let covered = 0;
  for (const { name, start, end } of tensors.toSorted(
    (a, b) => a.start - b.start || a.end - b.end,
  )) {
    if (start !== covered) {
      reject(
        `the tensor ${name} begins at byte ${start}, and the one before it ends at ${covered}`,
      );
    }
    covered = end;
  }
  if (covered !== data.length) {
    reject(`its tensors end at byte ${covered} of ${data.length}`);
  }
  return { tensors, metadata: header.metadata };
}

function headerOf(json: string): Header | undefined {
  try {
    const { __metadata__, ...tensors } = JSON.parse(json) as Record<string, unknown>;
    return {
      tensors: headerSchema.parse(tensors),
      metadata: metadataSchema.parse(__metadata__ ?? {}),
    };
  } catch {
    return undefined;
  }
}

/** NumPy's name of the type, and the bytes of one value. */
function typeOf(dtype: string): readonly [string, number] | undefined {
  if (dtype === 'BF16') return ['bfloat16', 2];
  if (!isKnown(dtype)) return undefined;
  const [, name, size] = TYPES[dtype];
  return [name, size];
}

const isKnown = (dtype: string): dtype is keyof typeof TYPES => Object.hasOwn(TYPES, dtype);

function valuesOf(dtype: string, bytes: Uint8Array): NpyValues {
  if (isKnown(dtype)) return decodeNumbers(TYPES[dtype][0], bytes);
  // The upper half of a float32.
  const upper = decodeNumbers('u2', bytes);
  const patterns = Uint32Array.from(upper, (half) => half * 2 ** 16);
  return new Float64Array(new Float32Array(patterns.buffer));
}
