/** The entry point of the thread that reads the table of all searches. */
import { answerTasks } from '../store-thread-worker.ts';
import { historyText } from './history-table.ts';
import type { HistoryTasks } from './history-tables.ts';

answerTasks((store, { given }) => historyText(store, given as HistoryTasks['csv']['given']));
