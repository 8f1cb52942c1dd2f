import { registry } from '../../../shared/domain/definition.ts';
import type { AnyProgram } from './program.ts';
import { csr } from './csr.ts';
import { huggingface } from './huggingface.ts';
import { pytorch } from './pytorch.ts';

/** What a search can be exported for, besides files of plain data. */
export const programs = registry<AnyProgram>('program', [pytorch, huggingface, csr]);
