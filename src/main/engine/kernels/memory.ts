/**
 * Memory that TensorFlow uses in place. TensorFlow takes a JavaScript buffer as a tensor without a
 * copy if its address is a multiple of 64 bytes. The pages of a WebAssembly memory meet this, and
 * they never move. So the next kernel sees a value written here without another call.
 */
export function alignedFloats(length: number): Float32Array {
  return new Float32Array(alignedBuffer(length * 4), 0, length);
}

export function alignedDoubles(length: number): Float64Array<ArrayBuffer> {
  return new Float64Array(alignedBuffer(length * 8), 0, length);
}

export function alignedIntegers(length: number): Int32Array {
  return new Int32Array(alignedBuffer(length * 4), 0, length);
}

export function alignedBytes(length: number): Uint8Array {
  return new Uint8Array(alignedBuffer(length), 0, length);
}

function alignedBuffer(byteLength: number): ArrayBuffer {
  const pages = Math.max(1, Math.ceil(byteLength / 65_536));
  return new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer;
}
