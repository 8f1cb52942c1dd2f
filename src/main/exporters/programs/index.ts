import { registry } from '../../../shared/domain/definition.ts';
import { csr } from './csr.ts';
import { huggingface } from './huggingface.ts';
import { keras } from './keras.ts';
import { mlflow } from './trackers.ts';
import { onnx } from './onnx.ts';
import { parquet } from './parquet.ts';
import type { AnyProgram } from './program.ts';
import { pytorch } from './pytorch.ts';
import { tensorboard } from './tensorboard.ts';
import { tfjs } from './tfjs.ts';

/** What a search can be exported for, besides files of plain data. */
export const programs = registry<AnyProgram>('program', [
  pytorch,
  huggingface,
  onnx,
  tfjs,
  keras,
  csr,
  tensorboard,
  mlflow,
  parquet,
]);
