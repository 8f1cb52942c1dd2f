/** The charts of the Ticket tab that can be exported by name. */
export const TICKET_CHARTS = [
  'input-map',
  'mask',
  'weight-fate',
  'layer-densities',
  'cost',
] as const;
export type TicketChart = (typeof TICKET_CHARTS)[number];
