import { Problem } from '../../core/problem.ts'
import { isSafeSlug } from './slug.ts'

/** Where a skill lies on GitHub. */
export interface GithubRef {
  readonly owner: string
  readonly repo: string
  /** Branch, tag or commit; `main` where nobody said. */
  readonly ref: string
  /** False when nobody said, so that the default branch counts. */
  readonly refGiven: boolean
  /** The folder of the skill, or a file; empty for the top. */
  readonly subPath: string
  /** The folder that the skill is installed into. */
  readonly folder: string
}

/** Reads `owner/repo[/path]` or an address on the given GitHub. A Problem when it is neither. */
export function parseGithubRef(target: string, base = 'https://github.com'): GithubRef {
  const text = target.trim()
  const parts = /^[a-z][\w+.-]*:\/\//i.test(text) ? partsOfUrl(text, base) : shortParts(text)
  const [owner = '', name = '', ...rest] = parts.path
  const repo = name.replace(/\.git$/, '')
  if (!isName(owner) || !isName(repo) || !rest.every(isPart)) throw unreadable(text)
  return { owner, repo, ...placeOf(rest, parts.isUrl, text, repo) }
}

interface Parts {
  readonly isUrl: boolean
  readonly path: readonly string[]
}

const shortParts = (text: string): Parts => ({ isUrl: false, path: text.replace(/\/+$/, '').split('/') })

function partsOfUrl(text: string, base: string): Parts {
  if (!URL.canParse(text)) throw unreadable(text)
  const [url, home] = [new URL(text), new URL(base)]
  const way = home.pathname.replace(/\/*$/, '/')
  if (url.origin !== home.origin || !url.pathname.startsWith(way) || url.username + url.password !== '')
    throw new Problem(`That is no address on ${home.origin}.`, {
      mend: `Skills come from ${base}; see tools.skills.github.base_url.`,
    })
  return { isUrl: true, path: url.pathname.slice(way.length).replace(/\/+$/, '').split('/').map(decoded) }
}

function placeOf(
  rest: readonly string[],
  isUrl: boolean,
  text: string,
  repo: string,
): Pick<GithubRef, 'ref' | 'refGiven' | 'subPath' | 'folder'> {
  const [kind, ref, ...deeper] = rest
  const refGiven = isUrl && rest.length > 0
  if (refGiven && ((kind !== 'tree' && kind !== 'blob') || ref === undefined)) throw unreadable(text)
  const path = refGiven ? deeper : rest
  const folders = path.at(-1) === 'SKILL.md' ? path.slice(0, -1) : path
  return {
    ref: (refGiven ? ref : undefined) ?? 'main',
    refGiven,
    subPath: path.join('/'),
    folder: folders.at(-1) ?? repo,
  }
}

const isName = (name: string) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name) && isSafeSlug(name)
const isPart = (part: string) => part !== '' && part !== '.' && part !== '..' && !/[\p{Cc}\\?#]/u.test(part)

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

const unreadable = (text: string) =>
  new Problem(`${JSON.stringify(text.slice(0, 200))} is no place of a skill.`, {
    mend: 'Write owner/repo, owner/repo/folder, or https://github.com/owner/repo/tree/branch/folder.',
  })

/** Folders at the top of a skill that belong to it. */
const folders: ReadonlySet<string> = new Set(['scripts', 'references', 'assets', 'templates', 'docs'])

/** Whether a folder at the top of a skill is fetched. */
export function isSkillFolder(name: string): boolean {
  return folders.has(name)
}

/** Whether a file is fetched: at the top only SKILL.md, since a repository keeps other things there. */
export function isSkillFile(name: string, top: boolean): boolean {
  return top ? name === 'SKILL.md' : name !== ''
}
