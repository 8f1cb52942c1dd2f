export { denseForward, denseWeightGradient } from './dense';
