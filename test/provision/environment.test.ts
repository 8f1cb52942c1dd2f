import { describe, expect, it } from 'vitest';
import { withTensorFlowEnvironment } from '../../provision/environment.mjs';

describe('withTensorFlowEnvironment', () => {
  it('gives each training one thread', () => {
    expect(withTensorFlowEnvironment({ HOME: '/home' })).toEqual({
      HOME: '/home',
      TF_NUM_INTRAOP_THREADS: '1',
      TF_NUM_INTEROP_THREADS: '1',
      OMP_NUM_THREADS: '1',
      TF_ENABLE_ONEDNN_OPTS: '1',
      TF_CPP_MIN_LOG_LEVEL: '2',
    });
  });

  it('leaves what the user has set', () => {
    expect(withTensorFlowEnvironment({ TF_NUM_INTRAOP_THREADS: '4' })).toMatchObject({
      TF_NUM_INTRAOP_THREADS: '4',
    });
  });
});
