import type { Kernels } from '../../kernels/kernels.ts';
import type { BuiltNetwork } from '../../layers/index.ts';
import type { DenseParameters } from './dense-parameters.ts';
import type { ExampleSource } from './example-source.ts';

/** A network on TensorFlow's kernels with its parameters and the examples that go through it. */
export interface DenseModel {
  readonly kernels: Kernels;
  readonly network: BuiltNetwork;
  readonly parameters: DenseParameters;
  readonly source: ExampleSource;
}
