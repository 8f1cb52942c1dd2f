/**
 * Softmax cross-entropy of logits `[tile][class][32 examples]` and labels, i32 `[examples]`. Examples
 * that only fill up the last vector have the label -1.
 */
import { Pointer } from './descriptors';
import { exponential } from './exponential';
import { ROW, TILE_VECTORS } from './layout';

/**
 * The gradient of the mean loss by the logits: (softmax(z) − target) · `perExample`. The target is
 * `onLabel` at the label and `offLabel` elsewhere, 1 and 0 unless labels are smoothed; `perExample` is
 * 1 / batch size.
 */
export function lossGradient(
  vectors: i32,
  classes: i32,
  perExample: f32,
  onLabel: f32,
  offLabel: f32,
  labels: Pointer,
  z: Pointer,
  g: Pointer,
): void {
  const bytes = <usize>classes * ROW;
  for (let vector = 0; vector < vectors; vector++, labels += 16) {
    const offset = offsetOf(vector, bytes);
    const label = v128.load(labels);
    const largest = largestLogit(z + offset, bytes);
    let sum = f32x4.splat(0);
    for (let row: usize = 0; row < bytes; row += ROW) {
      const e = exponential(f32x4.sub(v128.load(z + offset + row), largest));
      v128.store(g + offset + row, e);
      sum = f32x4.add(sum, e);
    }
    const isExample = i32x4.ge_s(label, i32x4.splat(0));
    for (let row: usize = 0; row < bytes; row += ROW) {
      const probability = f32x4.div(v128.load(g + offset + row), sum);
      const isLabel = i32x4.eq(label, i32x4.splat(<i32>(row / ROW)));
      const target = v128.bitselect(f32x4.splat(onLabel), f32x4.splat(offLabel), isLabel);
      const gradient = f32x4.mul(f32x4.sub(probability, target), f32x4.splat(perExample));
      v128.store(g + offset + row, v128.and(gradient, isExample));
    }
  }
}

/**
 * Scores up to a tile of examples: writes their losses in nats to `losses`, f64 `[32]`. An example
 * is correct if its largest logit, the first of equals, is the label's.
 *
 * Returns which examples are correct: bit i for example i.
 */
export function scoreExamples(
  examples: i32,
  classes: i32,
  labels: Pointer,
  z: Pointer,
  losses: Pointer,
): i32 {
  const bytes = <usize>classes * ROW;
  let correct = 0;
  for (let example = 0; example < examples; example += 4, labels += 16, losses += 32) {
    const offset = offsetOf(example >> 2, bytes);
    const label = v128.load(labels);
    const largest = largestLogit(z + offset, bytes);
    let sum = f32x4.splat(0);
    let labelLogit = f32x4.splat(0);
    let firstLargest = i32x4.splat(-1);
    for (let row: usize = 0; row < bytes; row += ROW) {
      const logit = v128.load(z + offset + row);
      const index = i32x4.splat(<i32>(row / ROW));
      sum = f32x4.add(sum, exponential(f32x4.sub(logit, largest)));
      labelLogit = v128.bitselect(logit, labelLogit, i32x4.eq(label, index));
      const isFirst = v128.and(
        f32x4.eq(logit, largest),
        i32x4.lt_s(firstLargest, i32x4.splat(0)),
      );
      firstLargest = v128.bitselect(index, firstLargest, isFirst);
    }
    const below = f32x4.sub(largest, labelLogit);
    const count = min(4, examples - example);
    store<f64>(losses, lossOf(f32x4.extract_lane(sum, 0), f32x4.extract_lane(below, 0)));
    store<f64>(losses, lossOf(f32x4.extract_lane(sum, 1), f32x4.extract_lane(below, 1)), 8);
    store<f64>(losses, lossOf(f32x4.extract_lane(sum, 2), f32x4.extract_lane(below, 2)), 16);
    store<f64>(losses, lossOf(f32x4.extract_lane(sum, 3), f32x4.extract_lane(below, 3)), 24);
    const isCorrect = i32x4.bitmask(i32x4.eq(label, firstLargest));
    correct |= (isCorrect & ((1 << count) - 1)) << example;
  }
  return correct;
}

/** −ln softmax(z)_label = ln Σ exp(z − max) + (max − z_label). */
// @ts-ignore: a decorator of AssemblyScript
@inline
function lossOf(sum: f32, below: f32): f64 {
  return Math.log(<f64>sum) + <f64>below;
}

/** The largest logit of each of four examples. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function largestLogit(z: Pointer, bytes: usize): v128 {
  let largest = v128.load(z);
  for (let row: usize = ROW; row < bytes; row += ROW) {
    largest = f32x4.max(largest, v128.load(z + row));
  }
  return largest;
}

/** Byte offset of a vector's first logit, where tiles have `tileBytes`. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function offsetOf(vector: i32, tileBytes: usize): usize {
  return <usize>(vector / TILE_VECTORS) * tileBytes + (<usize>(vector % TILE_VECTORS) << 4);
}
