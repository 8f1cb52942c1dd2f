/**
 * How many vectors of a pair take part, as types. A row of eight vectors is four pairs, so a generic
 * function with the type arguments `<Two, Two, One, None>` is for the first five of them. The compiler
 * makes a copy of it for every choice of arguments, and leaves out what takes no part: generics take
 * types only, and the size of a type is a constant.
 */

@unmanaged
export class None {}

@unmanaged
export class One {
  first: v128;
}

@unmanaged
export class Two {
  first: v128;
  second: v128;
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function hasFirst<Pair>(): bool {
  return offsetof<Pair>() > 0;
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function hasSecond<Pair>(): bool {
  return offsetof<Pair>() > 16;
}
