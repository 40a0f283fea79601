import type { Problem } from '../core/problem.ts'
import { faultOf } from './faults.ts'
import { expects, keyOf, settle, type Known, type KnownList, type KnownText } from './known.ts'
import { nearest } from '../kit/nearest.ts'
import { nearestZone } from '../kit/zone.ts'
import { inherit } from './walk.ts'
import type { Warning } from './warning.ts'
import { list, pathText, type Origin, type Path, type Scalar, type Table, type Tree } from './tree.ts'

export interface Fitted {
  /** Every value that has the wrong type, in the order of the file. */
  readonly faults: readonly Problem[]
  readonly warnings: readonly Warning[]
  /** Lists that held an empty text, which counts as nothing. */
  readonly blanks: ReadonlySet<Origin>
}

/**
 * Brings the values of a tree into the types of the schema where the file may be loose: a text for a list of one,
 * a number for a text in a list, null and empty texts for nothing, texts that came from a variable for numbers.
 */
export function fit(root: Table, known: Known): Fitted {
  const faults: Problem[] = []
  const blanks = new Set<Origin>()
  const warnings: Warning[] = []
  const wrong = (tree: Tree, known: Known, path: Path) => {
    if (known.forgiving !== true) {
      faults.push(wrongType(tree, known, path))
      return tree
    }
    warnings.push(forgiven(tree, known, path))
    return undefined
  }

  const fitTree = (tree: Tree, loose: Known, path: Path): Tree | undefined => {
    if (tree.kind === 'scalar' && tree.value === null && loose !== free) return undefined
    const known = settle(loose, tree, String(path.at(-1) ?? ''))
    switch (known.kind) {
      case 'free':
        return known.meaning === undefined || tree.kind === 'table' ? tree : wrong(tree, known, path)
      case 'object':
      case 'table':
        return fitTable(tree, known, path)
      case 'list':
        return fitList(tree, known, path)
      default:
        return fitScalar(tree, known, path)
    }
  }

  const fitScalar = (tree: Tree, known: Known, path: Path) => {
    if (tree.kind !== 'scalar') return wrong(tree, known, path)
    const fitted = known.kind === 'text' ? fitText(tree, known) : fitPlain(tree, known)
    return fitted === 'nothing' ? undefined : (fitted ?? wrong(tree, known, path))
  }

  const fitTable = (tree: Tree, known: Extract<Known, { kind: 'object' | 'table' }>, path: Path) => {
    if (tree.kind !== 'table') return wrong(tree, known, path)
    for (const [key, value] of tree.members) {
      const next = known.kind === 'table' ? known.each : (keyOf(known, key) ?? (known.open ? free : undefined))
      const fitted = next === undefined ? value : fitTree(value, next, [...path, key])
      if (fitted === undefined) tree.members.delete(key)
      else tree.members.set(key, fitted)
    }
    return tree
  }

  const fitList = (tree: Tree, known: KnownList, path: Path) => {
    if (tree.kind === 'table' || (tree.kind === 'scalar' && known.loose !== true)) return wrong(tree, known, path)
    const given = tree.kind === 'list' ? tree.items : spread(tree, known)
    const each = inherit(known, known.each)
    const items = given.flatMap((item, index) => {
      const fitted = fitTree(known.loose === true ? asText(item) : item, each, [...path, index])
      return fitted === undefined ? [] : [fitted]
    })
    const made = list(items, tree.origin)
    if (items.length < given.length) blanks.add(made.origin)
    return made
  }

  fitTree(root, known, [])
  return { faults, warnings, blanks }
}

const free: Known = { kind: 'free' }

/** A single text or number where a list may stand. */
function spread(tree: Scalar, known: KnownList): Scalar[] {
  if (known.commas !== true || typeof tree.value !== 'string') return [tree]
  return listFromText(tree.value).map((part) => ({ ...tree, value: part }))
}

/** `a, b，c` as a list: trimmed, without blanks. */
export function listFromText(text: string): string[] {
  return text
    .split(/[,，]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Numbers keep the digits they were written with. */
function asText(tree: Tree): Tree {
  if (tree.kind !== 'scalar' || typeof tree.value !== 'number') return tree
  return { ...tree, value: tree.raw ?? String(tree.value) }
}

/** What the original leaves in config.json where a secret went to `.security.yml`. */
const leftOut = '[NOT_HERE]'

function fitText(tree: Scalar, known: KnownText): Scalar | 'nothing' | undefined {
  if (typeof tree.value !== 'string') return undefined
  const value = known.hides !== undefined || known.trims === true ? tree.value.trim() : tree.value
  if (value.trim() === '' || (known.hides !== undefined && value === leftOut)) return 'nothing'
  if (known.choices === undefined) return { ...tree, value }
  const chosen = choose(known, value)
  return chosen === undefined ? undefined : { ...tree, value: chosen }
}

/** The choice a word stands for, whatever its case; undefined when there is none. */
export function choose(known: KnownText, text: string): string | undefined {
  const word = text.trim().toLowerCase()
  return known.choices?.find((choice) => choice.toLowerCase() === word) ?? known.also?.[word]
}

function fitPlain(tree: Scalar, known: Known): Scalar | 'nothing' | undefined {
  const wanted = known.kind === 'flag' ? 'boolean' : 'number'
  const value = tree.referred === true && typeof tree.value === 'string' ? fromText(tree.value, wanted) : tree.value
  if (tree.referred === true && tree.value === '') return 'nothing'
  if (typeof value !== wanted) return undefined
  return known.kind === 'number' && known.whole && !Number.isSafeInteger(value) ? undefined : { ...tree, value }
}

/** A number or flag as people write it in the environment; the text itself when it is neither. */
export function fromText(text: string, wanted: 'boolean' | 'number'): string | number | boolean {
  const word = text.trim().toLowerCase()
  if (wanted === 'number') return /^[+-]?\d+(\.\d+)?$/.test(word) ? Number(word) : text
  if (['true', '1', 't', 'yes', 'on'].includes(word)) return true
  return ['false', '0', 'f', 'no', 'off'].includes(word) ? false : text
}

/** The same as a warning, for keys where a wrong word counts as none. */
export function forgiven(tree: Tree, known: Known, path: Path): Warning {
  const { message, detail } = wrongType(tree, known, path)
  return {
    at: detail.at ?? pathText(path),
    text: `${message.split('\n')[0]} It was ignored.`,
    ...(detail.mend === undefined ? {} : { mend: detail.mend }),
  }
}

/** What stood where something else was expected; secrets are not shown. */
export function wrongType(tree: Tree, known: Known, path: Path): Problem {
  const near = tree.kind === 'scalar' ? meant(String(tree.value), known) : undefined
  return faultOf(
    tree.origin,
    path,
    `${pathText(path)} must be ${expects(known)}, but ${found(tree, known)} stands there.`,
    near === undefined ? mendOf(known) : `Did you mean ${near}?`,
  )
}

/** What a wrong word was most likely meant to be. */
function meant(word: string, known: Known): string | undefined {
  if (known.isZone === true) return nearestZone(word)
  return known.kind === 'text' && known.choices !== undefined ? nearest(word, known.choices) : undefined
}

const mendOf = (known: Known): string =>
  known.isZone === true ? 'Write an IANA name, in double quotes.' : mends[known.kind]

const mends: Readonly<Record<Known['kind'], string>> = {
  text: 'Write it in double quotes.',
  number: 'Write a number without quotes.',
  flag: 'Write true or false without quotes.',
  list: 'Put it between [ and ].',
  table: 'Put it between { and }.',
  object: 'Put it between { and }.',
  free: 'Put it between { and }.',
  depends: 'Write a text or an object.',
}

function found(tree: Tree, known: Known): string {
  if (tree.kind === 'table') return 'an object'
  if (tree.kind === 'list') return 'a list'
  const kind =
    typeof tree.value === 'number' ? 'a number' : typeof tree.value === 'string' ? 'a text' : String(tree.value)
  const open = known.hides === undefined && tree.referred !== true && String(tree.value).length <= 40
  return open && kind.startsWith('a ') ? `the ${kind.slice(2)} ${JSON.stringify(tree.value)}` : kind
}
