import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { Problem } from '../../core/problem.ts'
import { refused, registryHttp, type RegistryHttpOptions } from './http.ts'
import type { FoundSkill, SkillFile, SkillRegistry } from './ports.ts'
import { mustBeSafe } from './slug.ts'
import { unzip } from './zip.ts'

export interface ClawhubOptions extends RegistryHttpOptions {
  readonly name: string
  /** Bytes of an archive. */
  readonly maxZip: number
  readonly paths?: {
    readonly search?: string | undefined
    readonly skills?: string | undefined
    readonly download?: string | undefined
  }
}

/** A registry with the interface of ClawHub. */
export function clawhubRegistry(options: ClawhubOptions): SkillRegistry {
  const { name, base, maxZip, paths = {} } = options
  const { search = '/api/v1/search', skills = '/api/v1/skills', download = '/api/v1/download' } = paths
  const http = registryHttp(options)
  const url = (path: string, query: Readonly<Record<string, string>> = {}) => {
    const found = new URL(base.replace(/\/+$/, '') + path)
    for (const [key, value] of Object.entries(query)) found.searchParams.set(key, value)
    return found.href
  }
  return {
    name,
    async search(query, limit, signal) {
      const answer = await http.json(url(search, { q: query, limit: String(limit) }), signal)
      const results = isJsonObject(answer) ? answer['results'] : answer
      return (Array.isArray(results) ? (results as readonly Json[]) : [])
        .filter(isJsonObject)
        .flatMap((row) => foundIn(row, name))
        .slice(0, limit)
    },
    async fetch(slug, version, signal) {
      mustBeSafe(slug)
      // Nothing is fetched whose safety could not be asked.
      const facts = factsIn(await http.json(url(`${skills}/${encodeURIComponent(slug)}`), signal))
      if (facts.malware)
        throw new Problem(`skill "${slug}" is flagged as malicious and cannot be installed`, {
          mend: 'Choose another one.',
        })
      const wanted = version ?? facts.version
      const from = url(download, { slug, ...(wanted !== undefined && { version: wanted }) })
      const answer = await http.get(from, signal, { accept: 'application/zip, */*', maxBytes: maxZip })
      if (answer.status !== 200) throw refused(from, answer.status)
      return {
        folder: slug,
        slug,
        version: wanted ?? 'latest',
        files: lifted(await unzip(answer.bytes)),
        ...(facts.suspicious && {
          warning: `skill "${slug}" is flagged as suspicious${facts.reason}. Read it before you use it.`,
        }),
      }
    },
  }
}

function foundIn(row: JsonObject, registry: string): readonly FoundSkill[] {
  const [slug, summary, name, version] = ['slug', 'summary', 'displayName', 'version'].map((key) => textIn(row, key))
  if (!slug || !summary) return []
  const score = typeof row['score'] === 'number' ? row['score'] : 0
  return [
    { slug, summary: summary.slice(0, 1000), registry, score, ...(name && { name }), ...(version && { version }) },
  ]
}

interface Facts {
  readonly malware: boolean
  readonly suspicious: boolean
  /** Of the suspicion, as ` (CODE, CODE)`. */
  readonly reason: string
  readonly version?: string
}

function factsIn(answer: Json): Facts {
  const whole = isJsonObject(answer) ? answer : {}
  const moderation = objectIn(whole, 'moderation') ?? objectIn(objectIn(whole, 'skill') ?? {}, 'moderation') ?? {}
  const verdict = textIn(moderation, 'verdict').toLowerCase()
  const version = textIn(objectIn(whole, 'latestVersion') ?? {}, 'version')
  return {
    malware: moderation['isMalwareBlocked'] === true || ['malicious', 'malware'].includes(verdict),
    suspicious: moderation['isSuspicious'] === true || verdict === 'suspicious',
    reason: reasonIn(moderation['reasonCodes']),
    ...(version !== '' && { version }),
  }
}

function reasonIn(codes: Json | undefined): string {
  const list: readonly Json[] = Array.isArray(codes) ? (codes as readonly Json[]) : []
  const plain = list
    .filter((code): code is string => typeof code === 'string' && /^[\w.-]{1,60}$/.test(code))
    .slice(0, 5)
  return plain.length > 0 ? ` (${plain.join(', ')})` : ''
}

function objectIn(from: JsonObject, key: string): JsonObject | undefined {
  const value = from[key]
  return isJsonObject(value) ? value : undefined
}

function textIn(from: JsonObject, key: string): string {
  const value = from[key]
  return typeof value === 'string' ? value.trim() : ''
}

/** Without the one folder that some archives put around everything. */
function lifted(files: readonly SkillFile[]): readonly SkillFile[] {
  const [top = ''] = files[0]?.path.split('/') ?? []
  const wrapped =
    !files.some(({ path }) => path === 'SKILL.md') && files.every(({ path }) => path.startsWith(`${top}/`))
  return wrapped ? files.map(({ path, bytes }) => ({ path: path.slice(top.length + 1), bytes })) : files
}
