import { Crew } from '../../src/main/workbench/running/crew.ts';

/** Workers that stay between searches, which come and go; none of them is kept waiting by this. */
export function lastingCrew(size: number): { crew: Crew; end: () => Promise<void> } {
  const crew = new Crew({ size });
  const place = crew.join();
  const leave = place.enter({ urgency: () => undefined, start: () => undefined });
  return {
    crew,
    end: async () => {
      leave();
      await place.leave();
    },
  };
}
