import { isJsonObject, type Json } from '../../core/json.ts'
import { Problem } from '../../core/problem.ts'
import { type GithubRef, isSkillFile, isSkillFolder, parseGithubRef } from './github-ref.ts'
import { refused, type RegistryHttp, registryHttp, type RegistryHttpOptions } from './http.ts'
import type { FoundSkill, SkillFile, SkillPackage, SkillRegistry } from './ports.ts'
import { limits, mustBeSafe, safePath } from './slug.ts'

export interface GithubOptions extends RegistryHttpOptions {
  readonly name: string
}

/** Files of one skill: each is a request of its own. */
const mostFiles = 200

/** Skills in repositories on GitHub or a GitHub of one's own. */
export function githubRegistry(options: GithubOptions): SkillRegistry {
  const { base, name, token } = options
  const home = base.replace(/\/+$/, '')
  const isPublic = home === 'https://github.com'
  const api = isPublic ? 'https://api.github.com' : `${home}/api/v3`
  const http = registryHttp(options)
  return {
    name,
    async search(query, limit, signal) {
      if (token === undefined || token === '')
        throw new Problem('GitHub searches in code only with a token.', { mend: 'Set tools.skills.github.token.' })
      const url = new URL(`${api}/search/code`)
      url.searchParams.set('q', `${query} filename:SKILL.md`)
      url.searchParams.set('per_page', String(limit))
      const answer = await http.json(url.href, signal)
      const items = isJsonObject(answer) && Array.isArray(answer['items']) ? (answer['items'] as readonly Json[]) : []
      return items
        .flatMap((item, index) => foundIn(item, name, 0.5 - index / (2 * Math.max(1, items.length))))
        .slice(0, limit)
    },
    async fetch(slug, version, signal) {
      const parsed = parseGithubRef(slug, home)
      const ref = version === undefined ? parsed : { ...parsed, ref: version, refGiven: true }
      mustBeSafe(ref.folder)
      const repo = `${api}/repos/${ref.owner}/${ref.repo}`
      const wanted = `${repo}/commits/${encodeURIComponent(ref.refGiven ? ref.ref : 'HEAD')}`
      const answer = await http.get(wanted, signal, { accept: 'application/vnd.github.sha' })
      if (isPublic && (answer.status === 403 || answer.status === 429)) return rawSkill(http, slug, ref, signal)
      const commit = Buffer.from(answer.bytes).toString('utf8').trim()
      if (answer.status !== 200 || !/^[0-9a-f]{40,64}$/.test(commit)) throw refused(wanted, answer.status)
      const place = { http, repo, commit, top: topOf(ref) }
      return { folder: ref.folder, slug, version: commit, files: await filesIn(place, signal) }
    },
  }
}

function foundIn(item: Json, registry: string, score: number): readonly FoundSkill[] {
  if (!isJsonObject(item) || !isJsonObject(item['repository'])) return []
  const { full_name: full, description } = item['repository']
  const { path } = item
  if (typeof full !== 'string' || typeof path !== 'string' || !/(?:^|\/)SKILL\.md$/.test(path)) return []
  const folder = path.replace(/\/?SKILL\.md$/, '')
  const slug = folder === '' ? full : `${full}/${folder}`
  const summary = typeof description === 'string' && description !== '' ? description : `SKILL.md in ${full}`
  return [{ slug, summary: summary.slice(0, 500), registry, score }]
}

/** The folder of the skill. */
const topOf = ({ subPath }: GithubRef) => subPath.replace(/(?:^|\/)SKILL\.md$/, '')

interface Place {
  readonly http: RegistryHttp
  readonly repo: string
  readonly commit: string
  readonly top: string
}

/** The files of the skill at one commit, so that they belong together. */
async function filesIn(place: Place, signal: AbortSignal): Promise<readonly SkillFile[]> {
  const files: SkillFile[] = []
  let bytes = 0
  const waiting = ['']
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    for (const { name, type } of await listed(place, folder, signal)) {
      const path = safePath(folder === '' ? name : `${folder}/${name}`)
      const top = folder === ''
      // A link or a module would bring in what is not of the skill.
      if (type === 'dir' && (!top || isSkillFolder(name))) waiting.push(path)
      if (type !== 'file' || !isSkillFile(name, top)) continue
      const content = await fileAt(place, path, signal)
      bytes += content.length
      files.push({ path, bytes: content })
      if (files.length > mostFiles || bytes > limits.bytes)
        throw new Problem(`The skill has more than ${mostFiles} files or ${limits.bytes / 1024 / 1024} MiB.`)
    }
  }
  return files
}

async function listed(
  place: Place,
  folder: string,
  signal: AbortSignal,
): Promise<readonly { readonly name: string; readonly type: string }[]> {
  const rows = await place.http.json(addressOf(place, folder), signal)
  if (!Array.isArray(rows))
    throw new Problem('There is a file where the folder of the skill should be.', {
      mend: 'Name the folder with SKILL.md in it.',
    })
  return (rows as readonly Json[]).flatMap((row) =>
    isJsonObject(row) && typeof row['name'] === 'string' && typeof row['type'] === 'string'
      ? [{ name: row['name'], type: row['type'] }]
      : [],
  )
}

async function fileAt(place: Place, path: string, signal: AbortSignal): Promise<Uint8Array> {
  const url = addressOf(place, path)
  const answer = await place.http.get(url, signal, {
    accept: 'application/vnd.github.raw+json',
    maxBytes: limits.bytes,
  })
  if (answer.status !== 200) throw refused(url, answer.status)
  return answer.bytes
}

function addressOf({ repo, commit, top }: Place, path: string): string {
  const whole = [top, path].filter(Boolean).join('/')
  return `${repo}/contents/${whole.split('/').map(encodeURIComponent).join('/')}?ref=${commit}`
}

/** SKILL.md alone, from the place that counts no requests. */
async function rawSkill(http: RegistryHttp, slug: string, ref: GithubRef, signal: AbortSignal): Promise<SkillPackage> {
  const branch = ref.refGiven ? ref.ref : 'HEAD'
  const path = [ref.owner, ref.repo, branch, ...topOf(ref).split('/').filter(Boolean), 'SKILL.md']
    .map(encodeURIComponent)
    .join('/')
  const url = `https://raw.githubusercontent.com/${path}`
  const answer = await http.get(url, signal, { accept: '*/*', known: false })
  if (answer.status !== 200) throw refused(url, answer.status)
  return {
    folder: ref.folder,
    slug,
    version: branch,
    files: [{ path: 'SKILL.md', bytes: answer.bytes }],
    warning:
      'GitHub takes no more requests just now, so only SKILL.md was fetched. A token (tools.skills.github.token) gives more.',
  }
}
