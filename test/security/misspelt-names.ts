import * as fc from '../fuzz/fast-check.ts'

/** Names as fingers miss them, and those that objects inherit. */
export function unknownName(names: readonly string[]): fc.Arbitrary<string> {
  const name = fc.constantFrom(...names)
  const place = fc.nat(30)
  return fc.oneof(
    fc.tuple(name, place).map(([one, at]) => drop(one, at % one.length)),
    fc.tuple(name, place).map(([one, at]) => swap(one, at % one.length)),
    name.map((one) => one.toUpperCase()),
    name.map((one) => one.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
    name.map((one) => `${one}s`),
    name.map((one) => ` ${one}`),
    fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', ''),
    fc.string({ minLength: 1, maxLength: 12 }),
  )
}

function drop(name: string, at: number): string {
  return name.slice(0, at) + name.slice(at + 1)
}

function swap(name: string, at: number): string {
  return (
    name.slice(0, at) +
    name
      .slice(at, at + 2)
      .split('')
      .toReversed()
      .join('') +
    name.slice(at + 2)
  )
}
