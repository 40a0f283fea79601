import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import { isChannelKind, present } from './accepted.ts'
import { faultAt, originText } from './faults.ts'
import { nest } from './forms/channels.ts'
import { mergeKeys } from './forms/models.ts'
import { tablesOf } from './forms/move.ts'
import type { SourceText } from './source-text.ts'
import {
  at,
  ensureTable,
  list,
  plain,
  table,
  tableAt,
  textAt,
  type FileOrigin,
  type Path,
  type Table,
  type Tree,
} from './tree.ts'
import type { Warning } from './warning.ts'

/** The secrets of `.security.yml`, each with its place. */
export function parseSecurityFile(source: SourceText): Table {
  const document = parseDocument(source.text, { lineCounter: new LineCounter(), prettyErrors: false })
  const [error] = document.errors
  if (error !== undefined) {
    throw faultAt(
      source,
      error.pos[0],
      'This is not YAML.',
      'Compare the indentation and quotes of the lines around it.',
    )
  }
  const grown = document.contents === null ? table() : grow(document.contents, source, document, [])
  if (grown.kind === 'table') return grown
  throw faultAt(
    source,
    0,
    'The file must hold names and values.',
    'Write model_list:, channel_list: or web: with what belongs to them.',
  )
}

function grow(node: Node, source: SourceText, document: Document, path: Path): Tree {
  const [start = 0, end = 0] = node.range ?? []
  const origin: FileOrigin = { kind: 'file', text: source, start, end, path }
  const next = (value: Node, key: string | number) => grow(value, source, document, [...path, key])
  if (isAlias(node)) {
    const target = node.resolve(document)
    return target === undefined ? { kind: 'scalar', value: null, origin } : grow(target, source, document, path)
  }
  if (isSeq<Node>(node)) return list(node.items.map(next), origin)
  if (!isMap<Node, Node | null>(node))
    return { kind: 'scalar', value: isScalar(node) ? scalarOf(node.value) : null, origin }
  const made = table(origin)
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : String(key)
    const tree: Tree = value === null ? { kind: 'scalar', value: null, origin } : next(value, name)
    made.members.set(name, keyed(tree, key))
  }
  return made
}

/** The value with the place of its key. */
function keyed(tree: Tree, { range }: Node): Tree {
  if (tree.origin.kind !== 'file' || !range) return tree
  return { ...tree, origin: { ...tree.origin, key: range[0] } }
}

const scalarOf = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null

/** Lays the secrets over a config in the present form. They win; where the config says otherwise, a warning says so. */
export function overlay(root: Table, secrets: Table): readonly Warning[] {
  const warnings: Warning[] = []
  const merge = merger(warnings)
  for (const [section, value] of secrets.members) {
    if (value.kind !== 'table') continue
    if (section === 'model_list') overlayModels(root, value, merge, warnings)
    else if (section === 'channels' || section === 'channel_list') overlayChannels(root, value, merge, warnings)
    else if (section === 'web') overlayAt(root, ['tools', 'web'], value, merge)
    else if (section === 'skills') overlaySkills(root, value, merge)
    else if (Object.hasOwn(present.keys, section)) overlayAt(root, [section], value, merge)
    else warnings.push(notTaken(value, section, `${section} is not a section of the config; it was ignored.`))
  }
  return warnings
}

type Merge = (into: Table, from: Table, path: Path) => void

function merger(warnings: Warning[]): Merge {
  const merge: Merge = (into, from, path) => {
    mergeKeys(from)
    for (const [key, value] of from.members) {
      const here = into.members.get(key)
      if (here?.kind === 'table' && value.kind === 'table') merge(here, value, [...path, key])
      else {
        if (here !== undefined && JSON.stringify(plain(here)) !== JSON.stringify(plain(value))) {
          const text = `${path.join('.')}.${key} stands here and in the config; this one counts.`
          warnings.push({ at: originText(value.origin, path), text, mend: 'Remove it from one of the two files.' })
        }
        into.members.set(key, value)
      }
    }
  }
  return merge
}

function overlayAt(root: Table, path: readonly string[], value: Table, merge: Merge): void {
  const place = ensureTable(root, ...path)
  if (place !== undefined) merge(place, value, path)
}

/** `name:index` counts the rows of that name; the bare name means each of them. */
function overlayModels(root: Table, value: Table, merge: Merge, warnings: Warning[]): void {
  const rows = at(root, 'model_list')
  const used = new Set<string>()
  const counts = new Map<string, number>()
  for (const [index, row] of (rows?.kind === 'list' ? rows.items : []).entries()) {
    const name = textAt(row, 'model_name')
    if (row.kind !== 'table' || name === undefined) continue
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    const key = value.members.has(`${name}:${count}`) ? `${name}:${count}` : name
    const secrets = tableAt(value, key)
    used.add(key)
    if (secrets !== undefined) merge(row, copy(secrets), ['model_list', index])
  }
  for (const [key, secrets] of value.members) {
    if (!used.has(key))
      warnings.push(notTaken(secrets, key, `The model ${key} is not in the config; its key was ignored.`))
  }
}

const copy = (from: Table): Table => ({ ...from, members: new Map(from.members) })

function overlayChannels(root: Table, value: Table, merge: Merge, warnings: Warning[]): void {
  for (const [name, secrets] of tablesOf(value)) {
    const kind = textAt(root, 'channel_list', name, 'type') ?? name
    if (!isChannelKind(kind)) {
      warnings.push(notTaken(secrets, name, `There is no channel of the type “${kind}”; its secrets were ignored.`))
      continue
    }
    nest(secrets, kind)
    const channel = ensureTable(root, 'channel_list', name)
    if (channel?.members.has('type') === true) secrets.members.delete('type')
    if (channel !== undefined) merge(channel, secrets, ['channel_list', name])
  }
}

/** Tokens of the two old registries stand beside the others. */
function overlaySkills(root: Table, value: Table, merge: Merge): void {
  const clawhub = value.members.get('clawhub')
  value.members.delete('clawhub')
  overlayAt(root, ['tools', 'skills'], value, merge)
  if (clawhub?.kind === 'table') overlayAt(root, ['tools', 'skills', 'registries', 'clawhub'], clawhub, merge)
  const token = at(root, 'tools', 'skills', 'github', 'token')
  const github = ensureTable(root, 'tools', 'skills', 'registries', 'github')
  if (token !== undefined && github?.members.has('auth_token') === false) github.members.set('auth_token', token)
}

function notTaken(tree: Tree, key: string, text: string): Warning {
  return { at: originText(tree.origin, [key], 'key'), text, mend: 'Remove it, or mend the name.' }
}
