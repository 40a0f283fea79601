import type { Fields } from './outcome.ts'
import { isRecord, textOf } from './outcome.ts'

/** One line per difference: where, what was wanted, what came. Empty when all is well. */
export type Differences = readonly string[]

/**
 * Compares by the listed keys: an object in `wanted` asks only for the keys it lists (null = absent), a list for as many items, each by
 * its own listed keys.
 */
export function differs(wanted: unknown, got: unknown, at = ''): Differences {
  if (wanted === null) return got === undefined || got === null ? [] : [difference(at, 'nothing', got)]
  if (Array.isArray(wanted)) return listDiffers(wanted, got, at, differs)
  if (isRecord(wanted)) {
    if (!isRecord(got)) return [difference(at, wanted, got)]
    return Object.entries(wanted).flatMap(([key, value]) => differs(value, got[key], join(at, key)))
  }
  return same(wanted, got) ? [] : [difference(at, wanted, got)]
}

/** Compares whole values: no key more and no key less. A key whose value is undefined counts as absent. */
export function differsExactly(wanted: unknown, got: unknown, at = ''): Differences {
  if (Array.isArray(wanted)) return listDiffers(wanted, got, at, differsExactly)
  if (!isRecord(wanted)) return same(wanted, got) ? [] : [difference(at, wanted, got)]
  if (!isRecord(got)) return [difference(at, wanted, got)]
  const keys = new Set([...Object.keys(wanted), ...Object.keys(got)])
  return [...keys].flatMap((key) => differsExactly(wanted[key], got[key], join(at, key)))
}

function listDiffers(wanted: readonly unknown[], got: unknown, at: string, each: typeof differs): Differences {
  if (!Array.isArray(got)) return [difference(at, wanted, got)]
  const items: readonly unknown[] = got
  if (items.length !== wanted.length) return [difference(at, wanted, got)]
  return wanted.flatMap((item, index) => each(item, items[index], join(at, String(index))))
}

function same(wanted: unknown, got: unknown): boolean {
  if (typeof wanted === 'number' && typeof got === 'number') return Math.abs(wanted - got) <= 1e-9
  return Object.is(wanted, got)
}

export const difference = (at: string, wanted: unknown, got: unknown): string =>
  `${at ? `${at}: ` : ''}wanted ${short(wanted)}, got ${short(got)}`
const join = (at: string, key: string): string => (at ? `${at}.${key}` : key)

function short(value: unknown): string {
  const text = value === undefined ? 'nothing' : textOf(value)
  return text.length > 160 ? `${text.slice(0, 157)}...` : text
}

/** The value at a dotted path; numbers index lists. A key that holds dots itself is found when the rest of the path spells it. */
export function valueAt(root: unknown, path: string): unknown {
  if (path === '') return root
  if (Array.isArray(root)) {
    const [index = '', ...rest] = path.split('.')
    return valueAt((root as readonly unknown[])[Number(index)], rest.join('.'))
  }
  if (!isRecord(root)) return undefined
  const key = longestKey(root, path)
  return key === undefined ? undefined : valueAt(root[key], path.slice(key.length + 1))
}
function longestKey(fields: Fields, path: string): string | undefined {
  const fitting = Object.keys(fields).filter((key) => path === key || path.startsWith(`${key}.`))
  return fitting.sort((a, b) => b.length - a.length)[0]
}
