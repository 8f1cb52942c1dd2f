/** One value of every example, `[batch][features]`. */
export type Batch = Float64Array[];

/** The output of some layers, and their backward pass: from the gradient by it to that by the input. */
export interface Passed {
  readonly output: Batch;
  backward(gradient: Batch): Batch;
}

export function eachExample(
  x: Batch,
  forward: (values: Float64Array) => Float64Array,
  backward: (dy: Float64Array, values: Float64Array, y: Float64Array) => Float64Array,
): Passed {
  const output = x.map(forward);
  return {
    output,
    backward: (dy) => dy.map((each, example) => backward(each, x[example]!, output[example]!)),
  };
}

/** A product with a fixed matrix, given by its entries that are not zero. */
export function linear(
  x: Batch,
  count: number,
  forEach: (visit: (from: number, to: number, factor: number) => void) => void,
): Passed {
  return eachExample(
    x,
    (values) => {
      const y = new Float64Array(count);
      forEach((from, to, factor) => {
        y[to]! += values[from]! * factor;
      });
      return y;
    },
    (dy, values) => {
      const dx = new Float64Array(values.length);
      forEach((from, to, factor) => {
        dx[from]! += dy[to]! * factor;
      });
      return dx;
    },
  );
}

export const sumOf = (a: Batch, b: Batch): Batch =>
  a.map((values, example) => values.map((value, at) => value + b[example]![at]!));
