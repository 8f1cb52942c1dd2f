import { chartLook } from '../../../shared/contract/chart-look.ts';

/** As wide as the text of a page. The caption below a chart says what its title would. */
export const REPORT_LOOK = chartLook({ preset: 'two-columns', fontSize: 9 });
