import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { JsonObject } from '../core/json.ts'
import type { Message } from '../core/message.ts'
import type { ImportTarget } from './ports.ts'
import { momentOf, readSession, readWholeSession, type StoredSession } from './session-files.ts'
import { messagesOf } from './session-messages.ts'

/** What an import did, file by file. */
export interface SessionsImport {
  readonly imported: readonly { readonly file: string; readonly session: string; readonly messages: number }[]
  /** Files that a former import took over. */
  readonly known: readonly string[]
  readonly failed: readonly { readonly file: string; readonly why: string }[]
}

const noteOf = (path: string) => `imported:${path}`

/**
 * Takes the conversations of the original over from a `sessions` folder, which stays as it is. A file that was taken over is never taken again;
 * one that was taken by half is finished. A conversation that has gone on here keeps its own: what was before it is stored beside it, as
 * `KEY:imported`. A folder that is missing holds nothing.
 */
export async function importSessions(folder: string, target: ImportTarget): Promise<SessionsImport> {
  const imported: SessionsImport['imported'][number][] = []
  const known: string[] = []
  const failed: SessionsImport['failed'][number][] = []
  for (const file of await sessionFiles(folder)) {
    const path = join(folder, file)
    if ((await target.notes.get(noteOf(path))) !== undefined) {
      known.push(file)
      continue
    }
    try {
      imported.push({ file, ...(await importFile(folder, file, target)) })
    } catch (error) {
      failed.push({ file, why: (error as Error).message })
    }
  }
  return { imported, known, failed }
}

/** Files that hold a session, the newer form first; of a session that has both, the older one is a left-over. */
async function sessionFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const lines = names.filter((name) => name.endsWith('.jsonl')).sort()
  const stems = new Set(lines.map((name) => name.slice(0, -'.jsonl'.length)))
  const whole = names.filter(
    (name) => name.endsWith('.json') && !name.endsWith('.meta.json') && !stems.has(name.slice(0, -'.json'.length)),
  )
  return [...lines, ...whole.sort()]
}

async function importFile(folder: string, file: string, target: ImportTarget) {
  const path = join(folder, file)
  const text = await readFile(path, 'utf8')
  const stem = file.replace(/\.jsonl?$/, '')
  const meta = join(folder, `${stem}.meta.json`)
  const stored = file.endsWith('.jsonl') ? readSession(text, await textIfThere(meta)) : readWholeSession(text)
  if (!stored) throw new Error('It is no stored session.')
  const written = Math.round((await stat(path)).mtimeMs)
  const turns = turnsOf(path)
  const session = await placeFor(stored.key ?? keyFromName(stem), target, turns)
  const messages = await write(session, turns, stored, written, target)
  if (stored.summary !== '') await target.sessions.change(session, { summary: stored.summary, outside: true })
  await target.notes.put(noteOf(path), { session, messages })
  return { session, messages }
}

/** The session itself, as long as it holds nothing but what this import wrote. */
async function placeFor(key: string, { sessions }: ImportTarget, turns: string): Promise<string> {
  const log = await sessions.read(key)
  return log.every(({ turn }) => turn.startsWith(turns)) ? key : `${key}:imported`
}

/** How the names of a file's turns begin. Agents may have files of the same name, each in a folder of its own. */
const turnsOf = (path: string) => `imported:${createHash('sha256').update(path).digest('hex').slice(0, 12)}:`

/** Writes turn by turn, each with a name of its own, so that a second try writes only what is missing. */
async function write(session: string, turns: string, stored: StoredSession, written: number, target: ImportTarget) {
  const { sessions, blobs } = target
  let count = 0
  let at = stored.createdAt ?? stored.updatedAt ?? written
  for (const [index, lines] of turnsIn(stored.lines).entries()) {
    const turn = `${turns}${index + 1}`
    at = momentOf(lines[0]?.['created_at']) ?? at
    const messages: readonly Message[] = await messagesOf(lines, (bytes, mime) => blobs.put(bytes, mime))
    if ((await sessions.ofTurn(turn)).length === 0) await sessions.append(session, turn, at, messages)
    count += messages.length
  }
  return count
}

/** A turn begins where a person speaks. */
function turnsIn(lines: readonly JsonObject[]): readonly (readonly JsonObject[])[] {
  const turns: JsonObject[][] = []
  for (const line of lines) {
    const isQuestion = line['role'] === 'user' && (line['tool_call_id'] ?? '') === ''
    const last = turns.at(-1)
    if (last && !isQuestion) last.push(line)
    else turns.push([line])
  }
  return turns
}

/** The best guess where no file tells the key: `_` stood for `:` and `/` alike. */
const keyFromName = (stem: string): string => (stem.startsWith('agent_') ? stem.replaceAll('_', ':') : stem)

const textIfThere = (path: string) =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
