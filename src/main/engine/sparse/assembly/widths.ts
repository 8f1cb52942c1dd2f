/**
 * Numbers of vectors, 1 to 8, as types. The compiler makes a copy of a generic function for each type
 * argument; in it `widthOf<Width>()` is a constant, and what belongs to other widths is left out.
 */

@unmanaged
export class One {
  first: v128;
}
@unmanaged
export class Two extends One {
  second: v128;
}
@unmanaged
export class Three extends Two {
  third: v128;
}
@unmanaged
export class Four extends Three {
  fourth: v128;
}
@unmanaged
export class Five extends Four {
  fifth: v128;
}
@unmanaged
export class Six extends Five {
  sixth: v128;
}
@unmanaged
export class Seven extends Six {
  seventh: v128;
}
@unmanaged
export class Eight extends Seven {
  eighth: v128;
}

/** How many vectors a width stands for. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function widthOf<Width>(): i32 {
  return <i32>(offsetof<Width>() >> 4);
}
