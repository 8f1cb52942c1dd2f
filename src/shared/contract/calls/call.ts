/** How a call is declared: the schema of its input and the type of its value. */
import { z } from 'zod';

declare const VALUE: unique symbol;

/** Carries the type of a call's value. It is empty at run time. */
interface Returns<Value> {
  readonly [VALUE]?: Value;
}

export interface Call<Input extends z.ZodType, Value> {
  /** Strict: an unknown key is refused. */
  readonly input: Input;
  readonly returns: Returns<Value>;
}

export const returns = <Value>(): Returns<Value> => ({});

export const call = <Input extends z.ZodType, Value>(
  input: Input,
  returned: Returns<Value>,
): Call<Input, Value> => ({ input, returns: returned });

export const nothing = z.strictObject({});
