/** Paths as users write them, for the command line. */
export { withHome } from '../engine/datasets/user-path.ts';
