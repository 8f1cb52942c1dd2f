import { registry } from '../../../shared/domain/definition.ts';
import { drawnInitializers } from './drawn.ts';
import { imported } from './imported.ts';
import type { InitializerDefinition } from './initializer.ts';

export const initializers = registry<InitializerDefinition>('initializer', [
  ...drawnInitializers,
  imported,
]);
