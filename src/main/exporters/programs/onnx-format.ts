/**
 * The messages of an ONNX file, with their field numbers.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import { PbfWriter } from 'pbf';
import { bytesOf } from '../npz.ts';

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Whole numbers, lists of them, or floats; ONNX needs to know which. */
  readonly attributes?: Readonly<
    Record<string, number | readonly number[] | { readonly float: number }>
  >;
}

export interface OnnxValue {
  readonly name: string;
  /** Text is the name of a size that is not fixed. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly opset: number;
  readonly producer: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly graphName: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
}

const FLOAT = 1;
const INT64 = 7;
/** The kinds of an attribute. */
const ATTRIBUTE = { float: 1, integer: 2, integers: 7 };

export function onnxBytes(model: OnnxModel): Uint8Array {
  const file = new PbfWriter();
  file.writeVarintField(1, model.irVersion);
  file.writeStringField(2, model.producer);
  file.writeStringField(6, model.description);
  file.writeMessage(7, writeGraph, model);
  file.writeMessage(8, writeOpset, model.opset);
  for (const entry of Object.entries(model.metadata)) file.writeMessage(14, writeEntry, entry);
  // The writer's buffer is up to twice as long.
  return file.finish().slice();
}

function writeOpset(version: number, to: PbfWriter): void {
  to.writeStringField(1, '');
  to.writeVarintField(2, version);
}

function writeEntry([key, value]: readonly [string, string], to: PbfWriter): void {
  to.writeStringField(1, key);
  to.writeStringField(2, value);
}

function writeGraph(model: OnnxModel, to: PbfWriter): void {
  for (const node of model.nodes) to.writeMessage(1, writeNode, node);
  to.writeStringField(2, model.graphName);
  for (const tensor of model.initializers) to.writeMessage(5, writeTensor, tensor);
  to.writeMessage(11, writeValue, model.input);
  to.writeMessage(12, writeValue, model.output);
}

function writeNode({ name, type, inputs, output, attributes = {} }: OnnxNode, to: PbfWriter): void {
  for (const input of inputs) to.writeStringField(1, input);
  to.writeStringField(2, output);
  to.writeStringField(3, name);
  to.writeStringField(4, type);
  for (const attribute of Object.entries(attributes)) to.writeMessage(5, writeAttribute, attribute);
}

function writeAttribute(
  [name, value]: readonly [string, number | readonly number[] | { readonly float: number }],
  to: PbfWriter,
): void {
  to.writeStringField(1, name);
  if (typeof value === 'number') {
    to.writeVarintField(3, value);
    to.writeVarintField(20, ATTRIBUTE.integer);
  } else if ('float' in value) {
    to.writeFloatField(2, value.float);
    to.writeVarintField(20, ATTRIBUTE.float);
  } else {
    for (const each of value) to.writeVarintField(8, each);
    to.writeVarintField(20, ATTRIBUTE.integers);
  }
}

function writeTensor({ name, shape, values }: OnnxTensor, to: PbfWriter): void {
  for (const size of shape) to.writeVarintField(1, size);
  to.writeVarintField(2, values instanceof Float32Array ? FLOAT : INT64);
  to.writeStringField(8, name);
  to.writeBytesField(9, bytesOf(values));
}

function writeValue({ name, shape }: OnnxValue, to: PbfWriter): void {
  to.writeStringField(1, name);
  to.writeMessage(2, writeType, shape);
}

function writeType(shape: OnnxValue['shape'], to: PbfWriter): void {
  to.writeMessage(1, writeTensorType, shape);
}

function writeTensorType(shape: OnnxValue['shape'], to: PbfWriter): void {
  to.writeVarintField(1, FLOAT);
  to.writeMessage(2, writeShape, shape);
}

function writeShape(shape: OnnxValue['shape'], to: PbfWriter): void {
  for (const size of shape) to.writeMessage(1, writeDimension, size);
}

function writeDimension(size: number | string, to: PbfWriter): void {
  if (typeof size === 'number') to.writeVarintField(1, size);
  else to.writeStringField(2, size);
}
