/** The other side of a `WorkThread` that says what it was given. */
import { answerRequests } from '../../../../src/main/workbench/work-thread-worker.ts';

answerRequests(({ given }) => given);
