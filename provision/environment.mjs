/** What TensorFlow reads from the environment, once, when its library loads. */

/**
 * One thread for each training and one training for each core beats threads inside a training, and
 * keeps results independent of the number of cores. oneDNN on, on every processor, for the same
 * reason. Level 2 of the log leaves warnings out.
 */
const DEFAULTS = {
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  OMP_NUM_THREADS: '1',
  TF_ENABLE_ONEDNN_OPTS: '1',
  TF_CPP_MIN_LOG_LEVEL: '2',
};

/**
 * `environment` with TensorFlow's variables; what the user has set stays.
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
 * @returns {boolean} whether libraries loaded from now on see them. On Windows they don't: a C
 *   library reads the environment there when the process starts.
 */
export function applyTensorFlowEnvironment() {
  const missing = Object.entries(DEFAULTS).filter(([name]) => process.env[name] === undefined);
  for (const [name, value] of missing) process.env[name] = value;
  return missing.length === 0 || process.platform !== 'win32';
}
