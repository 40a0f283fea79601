import { isJsonObject, type Json } from '../core/json.ts'
import { Problem } from '../core/problem.ts'
import type { Trust } from './fetcher.ts'
import { presentForm } from './forms/forms.ts'
import { findPath } from './key-path.ts'
import { parseConfig } from './parse.ts'
import { insertInto, remove, splice, valueText } from './splice.ts'
import { at, pathText, type FileOrigin, type List, type Path, type Table, type Tree } from './tree.ts'

export interface EditOptions {
  /** `remote` refuses values that name a command. */
  readonly trust?: Trust
}

interface Opened {
  readonly mark: string
  readonly text: string
  /** As the file spells it. */
  readonly raw: Table
  /** The same values in the present form. */
  readonly present: Table
}

/**
 * The text of a config with one value changed and every other byte as it was. The key may be spelt as in `findPath`; where the file uses an
 * older spelling, that is what is changed. A missing key is added at the end of its object.
 */
export function setValue(text: string, key: string, value: Json, options: EditOptions = {}): string {
  const file = open(text)
  return file.mark + change(file, findPath(file.present, key), refused(value, key, options))
}

/** The text of a config with one value taken out, and the rest as it was. A key that is not there changes nothing. */
export function unsetValue(text: string, key: string): string {
  const file = open(text)
  const origin = at(file.present, ...findPath(file.present, key))?.origin
  if (origin?.kind !== 'file') return text
  const holder = at(file.raw, ...origin.path.slice(0, -1))
  const child = at(file.raw, ...origin.path)?.origin
  if (holder === undefined || holder.kind === 'scalar' || child?.kind !== 'file') return text
  return file.mark + remove(file.text, holder, child)
}

/** The text of a config with an item added at the end of a list. */
export function addItem(text: string, key: string, value: Json, options: EditOptions = {}): string {
  const file = open(text)
  const found = at(file.present, ...findPath(file.present, key))
  const held = found?.origin.kind === 'file' ? at(file.raw, ...found.origin.path) : undefined
  if (held?.kind === 'list') return file.mark + insertInto(file.text, held, refused(value, key, options))
  return setValue(text, key, [...(found?.kind === 'scalar' ? [found.value] : []), value], options)
}

function refused(value: Json, key: string, { trust = 'local' }: EditOptions): Json {
  if (trust === 'local' || !namesCommand(value)) return value
  throw new Problem('A value with exec:// is refused here.', {
    at: key,
    mend: 'Write it into the file, or use the command line.',
  })
}

function open(given: string): Opened {
  const mark = given.startsWith('\uFEFF') ? '\uFEFF' : ''
  const body = given.slice(mark.length)
  const text = body.trim() === '' ? '{\n}\n' : body
  const present = parseConfig({ path: 'config.json', text }).root
  presentForm(present)
  return { mark, text, raw: parseConfig({ path: 'config.json', text }).root, present }
}

function change(file: Opened, path: Path, value: Json): string {
  const { text, raw, present } = file
  if (path.at(-1) === 'api_keys' && typeof value === 'string') return changeKey(file, path, value)
  const stands = at(present, ...path)?.origin
  if (stands?.kind === 'file' && at(raw, ...stands.path) !== undefined) return replace(text, stands, path, value)
  const instead = insteadOf(raw, path)
  if (instead !== undefined) return renameAndReplace(text, instead, String(path.at(-1)), value)
  const [holder, rest] = holderOf(raw, present, path)
  const [first, ...deeper] = rest
  if (first === undefined || holder.kind === 'scalar')
    throw new Problem(`${pathText(path)} cannot be set here.`, { mend: 'Edit the file.' })
  const nested = deeper.reduceRight<Json>((inner, key) => ({ [key]: inner }), value)
  return insertInto(text, holder, nested, String(first))
}

/** One key, where the file has one, a list, or none. */
function changeKey({ text, raw, present }: Opened, path: Path, value: string): string {
  const [holder] = holderOf(raw, present, path)
  if (holder.kind !== 'table') throw new Problem(`${pathText(path)} cannot be set here.`, { mend: 'Edit the file.' })
  const single = holder.members.get('api_key')?.origin
  if (single?.kind === 'file') return splice(text, single.start, single.end, JSON.stringify(value))
  const several = holder.members.get('api_keys')?.origin
  if (several?.kind === 'file') return splice(text, several.start, several.end, JSON.stringify([value]))
  const rest = path.slice(0, -1)
  const known = at(present, ...rest)
  return known?.origin.kind === 'file'
    ? insertInto(text, holder, value, 'api_key')
    : change({ mark: '', text, raw, present }, rest, { api_key: value })
}

/** A list in the place of a single key takes the name of the list. */
function replace(text: string, origin: FileOrigin, path: Path, value: Json): string {
  const single = origin.path.at(-1) === 'api_key' && path.at(-1) === 'api_keys'
  if (single) return renameAndReplace(text, origin, 'api_keys', value)
  return splice(text, origin.start, origin.end, valueText(text, origin.start, value))
}

function renameAndReplace(text: string, { key, start, end }: FileOrigin, name: string, value: Json): string {
  return splice(text, key ?? start, end, `${JSON.stringify(name)}: ${valueText(text, key ?? start, value)}`)
}

/** `dimensions` would win over a `dm_scope` beside it. */
function insteadOf(raw: Table, path: Path): FileOrigin | undefined {
  const origin = path.join('.') === 'session.dm_scope' ? at(raw, 'session', 'dimensions')?.origin : undefined
  return origin?.kind === 'file' ? origin : undefined
}

/** The nearest object of the file above a path, and the keys from there on as the file would spell them. */
function holderOf(raw: Table, present: Table, path: Path): readonly [Tree, Path] {
  for (let length = path.length - 1; length > 0; length -= 1) {
    const origin = at(present, ...path.slice(0, length))?.origin
    const holder = origin?.kind === 'file' ? at(raw, ...origin.path) : undefined
    if (holder !== undefined && holder.kind !== 'scalar') return [holder, spelt(holder, path, length)]
  }
  const old = path[0] === 'channel_list' && raw.members.get('channels')
  if (!old || old.kind !== 'table') return [raw, path]
  return [old, path[2] === 'settings' ? [...path.slice(1, 2), ...path.slice(3)] : path.slice(1)]
}

function spelt(holder: Table | List, path: Path, length: number): Path {
  const rest = path.slice(length)
  const isChannel = path[0] === 'channel_list' && length === 2 && rest[0] === 'settings' && holder.kind === 'table'
  return isChannel && isFlat(holder) ? rest.slice(1) : rest
}

/** Whether a channel keeps its own settings beside the others. */
function isFlat(channel: Table): boolean {
  const origin = channel.origin
  if (channel.members.has('settings')) return false
  return origin.kind === 'file' && origin.path[0] === 'channels'
}

function namesCommand(value: Json): boolean {
  if (typeof value === 'string') return /^\s*exec:\/\//.test(value)
  if (Array.isArray(value)) return value.some((item: Json) => namesCommand(item))
  return isJsonObject(value) && Object.values(value).some(namesCommand)
}
