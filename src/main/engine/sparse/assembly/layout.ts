/**
 * How activations lie in memory: batch innermost, so that one weight multiplies a run of examples.
 *
 * Flat activations are `[tile][feature][32 examples]`, float32. A tile holds 32 examples in rows of
 * 128 bytes, eight vectors. A batch of 60 takes two tiles; the second one uses seven vectors of each
 * row. Examples that only fill up the last vector are zero and get no gradient.
 *
 * Images are planes, `[group of 4 examples][channel][row][pixel][4]`, float32; see convolution.ts.
 *
 * kernel-bindings.ts has the constants of this file for the host.
 */

/** Bytes of one pixel of a group of four examples in planes. */
export const PIXEL: usize = 16;

/** Examples in a tile of flat activations. */
export const TILE: i32 = 32;
/** Vectors of four examples in a row of a whole tile. */
export const TILE_VECTORS: i32 = 8;
/** Bytes of a row: one feature of a tile's examples. */
export const ROW: usize = 128;

/** Bytes of one channel of `BatchNorm.statistics`. */
export const CHANNEL_STATISTICS: usize = 32;

/** Bytes for the descriptors of one call; see descriptors.ts. */
export const ARGUMENT_BYTES: usize = 256;

/** Vectors in use in the rows of a tile, 1..8, for a batch of `vectors` vectors. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function vectorsInTile(tile: i32, vectors: i32): i32 {
  return min(TILE_VECTORS, vectors - tile * TILE_VECTORS);
}
