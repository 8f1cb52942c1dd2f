/** Files of named tensors that other programs write: npz and safetensors. Pickles are never executed. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { unzipSync } from 'fflate';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  INITIAL_PREFIX,
  WEIGHTS_ORIGIN,
  type WeightsOrigin,
} from '../../../shared/ticket/weights-origin.ts';
import { memoryLimit } from '../datasets/memory.ts';
import { wholeNpy } from '../datasets/readers/npy.ts';
import type { NamedTensor } from './named-tensor.ts';
import { type SafetensorsFile, safetensorsOf } from './safetensors.ts';

interface TensorFile extends SafetensorsFile {
  readonly path: string;
  /** SHA-256 of the file, in hex. */
  readonly sha256: string;
}

/** Larger files do not fit into one array of bytes. */
const MOST_BYTES = 2 ** 31 - 1;

interface KnownFile {
  readonly stamp: string;
  readonly content: WeakRef<TensorFile>;
}

/** Unchanged files are not read again while memory allows. */
const known = new Map<string, KnownFile>();

/**
 * @param sha256 what the file is expected to have; undefined: anything.
 * @throws WorkbenchError `not-found`, `invalid-data` naming the place, or `conflict` if the file is
 *   another one than expected.
 */
export function readTensorFile(path: string, sha256?: string): TensorFile {
  const stamp = stampOf(path);
  const last = known.get(path);
  const file = (last?.stamp === stamp ? last.content.deref() : undefined) ?? readAnew(path);
  known.set(path, { stamp, content: new WeakRef(file) });
  if (sha256 === undefined || sha256 === file.sha256) return file;
  throw new WorkbenchError(
    'conflict',
    `${path} has changed: its SHA-256 is ${file.sha256}; expected ${sha256}, as when the search was planned`,
    'Restore the file. For a new search with the file as it is now, leave out the setting sha256.',
  );
}

/** Undefined if the file does not say so: then its weights may be trained ones. */
export function weightsOriginOf({
  tensors,
  metadata,
}: Pick<TensorFile, 'tensors' | 'metadata'>): WeightsOrigin | undefined {
  if (tensors.some(({ name }) => name.startsWith(INITIAL_PREFIX))) return 'before training';
  const said = metadata[WEIGHTS_ORIGIN];
  return said === 'before training' || said === 'after training' ? said : undefined;
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    throw new WorkbenchError(
      'not-found',
      `${path} is not a file; expected .npz or .safetensors with masks or weights`,
      'Check the path.',
    );
  }
  if (found.size > MOST_BYTES) {
    throw new WorkbenchError(
      'invalid-data',
      `${path} has ${found.size} bytes; expected at most ${MOST_BYTES}`,
      'Save only the masks, or the tensors of this network.',
    );
  }
  return `${found.size} ${found.mtimeMs} ${found.ino}`;
}

function readAnew(path: string): TensorFile {
  const bytes = readFileSync(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, sha256, ...contentOf(path, bytes) };
}

function contentOf(path: string, bytes: Buffer): SafetensorsFile {
  // What NumPy writes says nothing about itself.
  if (bytes.toString('latin1', 0, 2) === 'PK') {
    return { tensors: npzTensors(path, bytes), metadata: {} };
  }
  // Protocol 2 and later of Python's pickle begin with this byte.
  const isPickle = bytes[0] === 0x80 && bytes[1]! <= 5 && /\.(pt|pth|pkl|bin|ckpt)$/i.test(path);
  if (isPickle) rejectPickle(path);
  return safetensorsOf(path, bytes);
}

/** The least that an entry takes in the directory of a zip file, which may claim billions of them. */
const LEAST_ENTRY_BYTES = 46;

/** Deflate packs no tighter. */
const MAX_EXPANSION = 1100;

function npzTensors(path: string, bytes: Uint8Array): NamedTensor[] {
  let unpacked = 0;
  let listed = 0;
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        listed += 1;
        if (listed * LEAST_ENTRY_BYTES > bytes.length) throw new Error('its directory is damaged');
        if (/(^|\/)data\.pkl$/.test(name)) rejectPickle(path);
        unpacked += originalSize;
        if (unpacked > Math.min(MOST_BYTES, memoryLimit(), bytes.length * MAX_EXPANSION)) {
          throw new Error(`its arrays are said to have ${unpacked} bytes`);
        }
        return name.endsWith('.npy');
      },
    });
  } catch (error) {
    if (error instanceof WorkbenchError) throw error;
    throw new WorkbenchError(
      'invalid-data',
      `${path}: ${messageOf(error)}; expected an archive of arrays, as numpy.savez writes it`,
      'The file is damaged or incomplete; write it again.',
      { cause: error },
    );
  }
  return Object.entries(entries).map(([entry, content]) => {
    const name = entry.slice(0, -'.npy'.length);
    const { shape, type, values } = wholeNpy(`${path}, array ${name}`, content);
    return { name, shape, type, values: () => values };
  });
}

function rejectPickle(path: string): never {
  const name = basename(path);
  const target = `${name.replace(/\.[^.]*$/, '')}.safetensors`;
  throw new WorkbenchError(
    'invalid-data',
    `${path} is a pickle of PyTorch, which could run any code when it is loaded; expected safetensors or npz`,
    [
      'Convert a state dict in Python:',
      'import torch; from safetensors.torch import save_file',
      `save_file({name: t.contiguous() for name, t in torch.load("${name}", weights_only=True).items()}, "${target}")`,
    ].join('\n'),
  );
}
