/** The searches that this process runs now, for the report of a crash. */
const running = new Set<string>();

export function runningSearches(): string[] {
  return [...running];
}

/** @returns a function that says that the search has ended. */
export function nowRuns(searchId: string): () => void {
  running.add(searchId);
  return () => {
    running.delete(searchId);
  };
}
