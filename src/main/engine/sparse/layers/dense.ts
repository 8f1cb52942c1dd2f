import type { LayerSpecs } from '../../layers/spec.ts';
import { reserveFlat } from '../activation.ts';
import type { SparseMatrix } from '../kernel-bindings.ts';
import { ROW } from '../layout.ts';
import type { SparseLayerFactory } from './layer.ts';

/** y = x W + b, with W `[inputs, outputs]` at its survivors; see assembly/dense.ts. */
export const dense: SparseLayerFactory<LayerSpecs['dense']> = ({ inputs, outputs }, context) => {
  const { kernels, arena, input, needsInputGradient, maximumVectors } = context;
  const kernel = context.segment('kernel');
  const bias = context.segment('bias');
  const output = reserveFlat(arena, outputs, maximumVectors);
  let matrix: SparseMatrix = { inputs, outputs, rows: 0, columns: 0 };
  return {
    output,
    reserve() {
      const rows = arena.reserve((inputs + 1) * 4);
      const columns = arena.reserve(kernel.count * 4);
      matrix = { inputs, outputs, rows, columns };
    },
    index() {
      const { rows, columns } = matrix;
      const survivors = kernel.survivors!;
      const rowStarts = arena.integers(rows, inputs + 1);
      const outputRows = arena.integers(columns, survivors.length);
      let next = 0;
      for (let row = 0; row < inputs; row += 1) {
        rowStarts[row] = next * 4;
        const start = row * outputs;
        const end = start + outputs;
        while (next < survivors.length && survivors[next]! < end) {
          outputRows[next] = (survivors[next]! - start) * ROW;
          next += 1;
        }
      }
      rowStarts[inputs] = next * 4;
    },
    forward({ vectors }) {
      const { weights } = kernel;
      kernels.denseForward(vectors, matrix, weights, bias.weights, input.values, output.values);
    },
    forwardBytes(rows) {
      kernels.denseForwardBytes(matrix, kernel.weights, bias.weights, rows, output.values);
    },
    backward({ vectors }) {
      const { gradients: g } = output;
      kernels.denseBiasGradient(vectors, outputs, bias.gradients, g);
      kernels.denseWeightGradient(vectors, matrix, kernel.gradients, input.values, g);
      if (!needsInputGradient) return;
      kernels.denseInputGradient(vectors, matrix, kernel.weights, input.gradients, g);
    },
  };
};
