/** The axis of the paper's figures: how much of the network is kept. */
export const DENSITY_TITLE = 'Density: prunable weights kept (%)';
