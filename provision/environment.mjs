/** The environment variables that TensorFlow reads once, when its library loads. */

/**
 * One thread per training and one training per core is faster than several threads in a training, and
 * keeps results independent of the number of cores. For the same reason oneDNN is on for every
 * processor. Log level 2 hides warnings.
 */
const DEFAULTS = {
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  OMP_NUM_THREADS: '1',
  TF_ENABLE_ONEDNN_OPTS: '1',
  TF_CPP_MIN_LOG_LEVEL: '2',
};

/**
 * `environment` with TensorFlow's variables added. Variables that the user has set stay unchanged.
 *
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {NodeJS.ProcessEnv}
 */
export function withTensorFlowEnvironment(environment = process.env) {
  return { ...DEFAULTS, ...environment };
}

/**
 * Sets TensorFlow's variables for this process.
 *
 * @returns {boolean} whether libraries loaded later see the variables. On Windows they don't: a C
 *   library there reads the environment when the process starts.
 */
export function applyTensorFlowEnvironment() {
  const missing = Object.entries(DEFAULTS).filter(([name]) => process.env[name] === undefined);
  for (const [name, value] of missing) process.env[name] = value;
  return missing.length === 0 || process.platform !== 'win32';
}
