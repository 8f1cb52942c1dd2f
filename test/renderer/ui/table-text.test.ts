import { expect, it } from 'vitest';
import { type PageTable, textTableOf } from '../../../src/renderer/ui/table-text.ts';

type Cell = PageTable['rows'][number]['cells'][number];

const text = (content: string) => ({ nodeType: 3, textContent: content, childNodes: [] });

const element = (classes: string, ...childNodes: Cell['childNodes'][number][]) => ({
  nodeType: 1,
  textContent: 'all of it',
  childNodes,
  classList: { contains: (name: string) => classes.split(' ').includes(name) },
});

const cell = (
  content: string,
  { classes = '', colSpan = 1, rowSpan = 1, hidden = '' } = {},
): Cell => ({
  ...element(classes, text(content), element('visually-hidden', text(hidden))),
  colSpan,
  rowSpan,
});

const row = (...cells: Cell[]) => ({ cells });

it('joins headings over several rows, and leaves out columns of buttons', () => {
  const headings = [
    row(
      cell('Setting', { rowSpan: 2 }),
      cell('Last ticket', { colSpan: 2 }),
      cell('', { rowSpan: 2, hidden: 'Open' }),
    ),
    row(cell('Density', { classes: 'number' }), cell('Verdict')),
  ];
  const body = [row(cell(' 60 \n'), cell('51.3%  +0.2'), cell('winning'), cell('Open'))];
  const table = { rows: [...headings, ...body], tHead: { rows: headings } };
  expect(textTableOf(table, 'Searches')).toEqual({
    caption: 'Searches',
    columns: [
      { heading: 'Setting', isNumber: false },
      { heading: 'Last ticket: Density', isNumber: true },
      { heading: 'Last ticket: Verdict', isNumber: false },
    ],
    rows: [['60', '51.3% +0.2', 'winning']],
  });
});

it('repeats a cell that reaches over several rows', () => {
  const headings = [row(cell('A'), cell('B'))];
  const body = [row(cell('both', { rowSpan: 2 }), cell('1')), row(cell('2'))];
  const table = { rows: [...headings, ...body], tHead: { rows: headings } };
  expect(textTableOf(table, '').rows).toEqual([
    ['both', '1'],
    ['both', '2'],
  ]);
});
