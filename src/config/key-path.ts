import { exitCodes, Problem } from '../core/problem.ts'
import { nearest } from '../kit/nearest.ts'
import { isChannelKind, present } from './accepted.ts'
import { keyOf, settle, type SettledKnown } from './known.ts'
import { child, textAt, type Path, type Table, type Tree } from './tree.ts'

type Segments = readonly (string | number)[]

/** `a.b[0]["c.d"]` as its parts. */
export function splitPath(text: string): Segments {
  const parts = [...text.matchAll(/\[(\d+)\]|\["((?:\\.|[^"\\])*)"\]|\[([^\]"]+)\]|([^.[\]]+)/g)]
  return parts.map(([, index, quoted, bare, word]) => {
    if (index !== undefined) return Number(index)
    return quoted === undefined ? (bare ?? word ?? '') : quoted.replaceAll(/\\(.)/g, '$1')
  })
}

/**
 * The path in the present form that a person means: old spellings of a key, rows by their name, names with dots in them.
 * A Problem with the nearest key when nothing is known under it.
 */
export function findPath(root: Table, text: string): Path {
  const given = splitPath(text)
  if (given.length === 0) throw unknownPath(text, '', [])
  return find(root, present, [], given[0] === 'channels' ? ['channel_list', ...given.slice(1)] : given, text)
}

function find(
  tree: Tree | undefined,
  loose: typeof present | SettledKnown,
  path: Path,
  rest: Segments,
  text: string,
): Path {
  const known = settle(loose, tree, String(path.at(-1) ?? ''))
  const [first] = rest
  if (first === undefined || known.kind === 'free') return [...path, ...rest]
  if (known.kind === 'object') return findKey(tree, known, path, rest, text)
  if (known.kind !== 'list' && known.kind !== 'table') throw unknownPath(text, String(first), [])
  for (let length = rest.length; length > 0; length -= 1) {
    const key = member(tree, known.kind, rest.slice(0, length))
    if (key === undefined) continue
    return find(
      child(tree, key),
      settle(known.each, child(tree, key), String(key)),
      [...path, key],
      rest.slice(length),
      text,
    )
  }
  if (known.kind === 'list') throw unknownPath(text, String(first), namesIn(tree))
  if (path[0] === 'channel_list' && path.length === 1 && !isChannelKind(String(first)))
    throw unknownPath(text, String(first), namesIn(tree))
  return find(undefined, settle(known.each, undefined, String(first)), [...path, String(first)], rest.slice(1), text)
}

/** Keys that are written one way and kept another. */
const kept: Readonly<Record<string, readonly string[]>> = {
  model: ['model_name'],
  api_key: ['api_keys'],
  mention_only: ['group_trigger', 'mention_only'],
  group_trigger_prefix: ['group_trigger', 'prefixes'],
}

function findKey(
  tree: Tree | undefined,
  known: SettledKnown & { kind: 'object' },
  path: Path,
  rest: Segments,
  text: string,
): Path {
  const [first = '', ...others] = rest
  const key = String(first)
  const inChannel = path[0] === 'channel_list' && path.length === 2
  const settings = inChannel ? known.keys['settings'] : undefined
  if (settings?.kind === 'object' && Object.hasOwn(settings.keys, key)) {
    return find(child(tree, 'settings'), settings, [...path, 'settings'], rest, text)
  }
  const inRow = path[0] === 'model_list' && path.length === 2
  const old = kept[key]
  const moved =
    old !== undefined && (keyOf(known, key) === undefined || inChannel || (inRow && key === 'api_key')) ? old : [key]
  const [head = '', ...tail] = moved
  const next = keyOf(known, head) ?? (known.open ? ({ kind: 'free' } as const) : undefined)
  if (next === undefined) throw unknownPath(text, key, Object.keys(known.keys))
  return find(child(tree, head), settle(next, child(tree, head), head), [...path, head], [...tail, ...others], text)
}

/** The member that some parts of a path name: an index, a name, or a name with dots in it. */
function member(tree: Tree | undefined, kind: 'list' | 'table', parts: Segments): string | number | undefined {
  const [first] = parts
  const name = parts.join('.')
  if (kind === 'table') return tree?.kind === 'table' && tree.members.has(name) ? name : undefined
  if (parts.length === 1 && /^\d+$/.test(name) && tree?.kind === 'list' && Number(first) < tree.items.length)
    return Number(first)
  if (tree?.kind !== 'list') return undefined
  const index = tree.items.findIndex((item) => nameOf(item) === name)
  return index < 0 ? undefined : index
}

const nameOf = (item: Tree) => textAt(item, 'model_name') ?? textAt(item, 'id') ?? textAt(item, 'name')

function namesIn(tree: Tree | undefined): readonly string[] {
  if (tree?.kind === 'table') return [...tree.members.keys()]
  return tree?.kind === 'list' ? tree.items.flatMap((item) => nameOf(item) ?? []) : []
}

function unknownPath(text: string, key: string, candidates: readonly string[]): Problem {
  const near = nearest(key, candidates)
  return new Problem(`${text} is not a key of the config.`, {
    at: text,
    mend: near === undefined ? 'Look the name up in config.example.json.' : `Did you mean ${near}?`,
    exitCode: exitCodes.usage,
  })
}
