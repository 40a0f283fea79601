import { exitCodes, Problem } from '../core/problem.ts'
import { nearest } from '../kit/nearest.ts'
import { present } from './accepted.ts'
import { below, settle, type Known, type KnownObject, type SettledKnown } from './known.ts'
import { child, textAt, type Path, type Table, type Tree } from './tree.ts'

type Segments = readonly (string | number)[]

/** `a.b[0]["c.d"]` as its parts. */
function splitPath(text: string): Segments {
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
  let rest: Segments = given[0] === 'channels' ? ['channel_list', ...given.slice(1)] : given
  let tree: Tree | undefined = root
  let known: Known | undefined = present
  let path: Path = []
  while (rest.length > 0) {
    const here = settle(known, tree, String(path.at(-1) ?? ''))
    if (here.kind === 'free') return [...path, ...rest]
    if (here.kind === 'object') rest = presentKeys(here, path, rest)
    const named: Member = here.kind === 'object' ? { key: String(rest[0]), used: 1 } : memberNamed(tree, here, rest)
    const { key, used } = named
    known = key === undefined ? undefined : below(here, tree, key)
    if (key === undefined || known === undefined) throw unknownPath(text, String(rest[0]), namesAt(here, tree))
    tree = tree === undefined ? undefined : child(tree, key)
    path = [...path, key]
    rest = rest.slice(used)
  }
  return path
}

/** Keys that are written one way and kept another. */
const kept: Readonly<Record<string, readonly string[]>> = {
  model: ['model_name'],
  api_key: ['api_keys'],
  mention_only: ['group_trigger', 'mention_only'],
  group_trigger_prefix: ['group_trigger', 'prefixes'],
}

/** The same way on, with the first key spelt as the present form has it. */
function presentKeys(known: KnownObject, path: Path, rest: Segments): Segments {
  const [first = '', ...others] = rest
  const key = String(first)
  const has = (name: string) => Object.hasOwn(known.keys, name)
  const inChannel = path[0] === 'channel_list' && path.length === 2
  if (inChannel && ownSetting(known, key)) return ['settings', ...rest]
  const [head = key, ...tail] = kept[key] ?? []
  const moves = inChannel || key === 'api_key' || !has(key)
  return moves && has(head) ? [head, ...tail, ...others] : rest
}

function ownSetting({ keys }: KnownObject, key: string): boolean {
  const settings = keys['settings']
  return settings?.kind === 'object' && Object.hasOwn(settings.keys, key)
}

interface Member {
  readonly key: string | number | undefined
  /** Parts of the path that name it. */
  readonly used: number
}

/** The member that the first parts of a path name: an index, a name, or a name with dots in it. A table takes new names too. */
function memberNamed(tree: Tree | undefined, known: SettledKnown, rest: Segments): Member {
  const [first = ''] = rest
  if (tree?.kind === 'list' && /^\d+$/.test(String(first)) && Number(first) < tree.items.length) {
    return { key: Number(first), used: 1 }
  }
  for (let used = rest.length; used > 0; used -= 1) {
    const key = memberOf(tree, rest.slice(0, used).join('.'))
    if (key !== undefined) return { key, used }
  }
  return { key: known.kind === 'table' ? String(first) : undefined, used: 1 }
}

function memberOf(tree: Tree | undefined, name: string): string | number | undefined {
  if (tree?.kind === 'table') return tree.members.has(name) ? name : undefined
  const index = tree?.kind === 'list' ? tree.items.findIndex((item) => nameOf(item) === name) : -1
  return index < 0 ? undefined : index
}

const nameOf = (item: Tree) => textAt(item, 'model_name') ?? textAt(item, 'id') ?? textAt(item, 'name')

function namesAt(known: SettledKnown, tree: Tree | undefined): readonly string[] {
  if (known.kind === 'object') return Object.keys(known.keys)
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
