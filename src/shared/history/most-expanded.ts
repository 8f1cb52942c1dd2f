/** The most sweeps that can be expanded in the history at once: apart from the calls, which the window does not load. */
export const MOST_EXPANDED = 500;
