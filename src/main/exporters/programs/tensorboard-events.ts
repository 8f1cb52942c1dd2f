/**
 * The messages of TensorBoard's event files, with their field numbers.
 *
 * @see https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
 * @see https://github.com/tensorflow/tensorboard/blob/master/tensorboard/plugins/hparams/plugin_data.proto
 */
import { PbfWriter } from 'pbf';
import type { ParameterValue } from './log-runs.ts';
import { tfRecords } from './tf-records.ts';

export interface Scalar {
  readonly tag: string;
  readonly step: number;
  /** Unix time, seconds. */
  readonly time: number;
  readonly value: number;
}

/** A training as the page "HParams" lists it. */
export interface HparamsSession {
  readonly group: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Unix times, seconds. */
  readonly startTime: number;
  readonly endTime: number;
}

export function eventFile(
  scalars: readonly Scalar[],
  session: HparamsSession | undefined,
): Uint8Array {
  const start = session?.startTime ?? scalars[0]?.time ?? 0;
  const records = [
    messageOf((to) => {
      to.writeDoubleField(1, start);
      to.writeStringField(3, 'brain.Event:2');
    }),
    ...(session ? hparamsRecords(session) : []),
    ...scalars.map(({ tag, step, time, value }) =>
      messageOf((to) => {
        to.writeDoubleField(1, time);
        to.writeVarintField(2, step);
        to.writeMessage(5, writeSummary, (summaryValue: PbfWriter) => {
          summaryValue.writeStringField(1, tag);
          summaryValue.writeFloatField(2, value);
        });
      }),
    ),
  ];
  return tfRecords(records);
}

function hparamsRecords({ group, parameters, startTime, endTime }: HparamsSession): Uint8Array[] {
  const start = messageOf((to) => {
    to.writeVarintField(1, 0);
    to.writeMessage(
      3,
      (_: undefined, info: PbfWriter) => {
        for (const entry of Object.entries(parameters)) info.writeMessage(1, writeParameter, entry);
        info.writeStringField(4, group);
        info.writeDoubleField(5, startTime);
      },
      undefined,
    );
  });
  const end = messageOf((to) => {
    to.writeVarintField(1, 0);
    to.writeMessage(
      4,
      (_: undefined, info: PbfWriter) => {
        info.writeVarintField(1, SUCCESS);
        info.writeDoubleField(2, endTime);
      },
      undefined,
    );
  });
  return [
    pluginRecord('_hparams_/session_start_info', start, startTime),
    pluginRecord('_hparams_/session_end_info', end, endTime),
  ];
}

const SUCCESS = 1;

function pluginRecord(tag: string, content: Uint8Array, time: number): Uint8Array {
  return messageOf((to) => {
    to.writeDoubleField(1, time);
    to.writeMessage(5, writeSummary, (value: PbfWriter) => {
      value.writeStringField(1, tag);
      value.writeMessage(9, writeMetadata, content);
    });
  });
}

function writeMetadata(content: Uint8Array, to: PbfWriter): void {
  to.writeMessage(1, writePluginData, content);
}

function writePluginData(content: Uint8Array, to: PbfWriter): void {
  to.writeStringField(1, 'hparams');
  to.writeBytesField(2, content);
}

function writeSummary(write: (to: PbfWriter) => void, to: PbfWriter): void {
  to.writeMessage(
    1,
    (_: undefined, value: PbfWriter) => {
      write(value);
    },
    undefined,
  );
}

function writeParameter([name, value]: readonly [string, ParameterValue], to: PbfWriter): void {
  to.writeStringField(1, name);
  to.writeMessage(2, writeParameterValue, value);
}

/** `google.protobuf.Value`. */
function writeParameterValue(value: ParameterValue, to: PbfWriter): void {
  if (typeof value === 'number') to.writeDoubleField(2, value);
  else if (typeof value === 'string') to.writeStringField(3, value);
  else to.writeBooleanField(4, value);
}

function messageOf(write: (to: PbfWriter) => void): Uint8Array {
  const to = new PbfWriter();
  write(to);
  return to.finish();
}
