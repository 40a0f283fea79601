import { realpath } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import { Problem } from '../../core/problem.ts'
import type { Effect } from '../../core/tool.ts'
import { isInside, resolveInside } from '../../kit/path-inside.ts'
import { told } from './errors.ts'

export interface FileAccessOptions {
  /** The folder that relative paths start from. */
  readonly workspace: string
  /** False lets the tools go anywhere. Default true. */
  readonly restrict?: boolean
  /** True lets them read, not write, outside the workspace. */
  readonly readOutside?: boolean
  /** Paths outside that may be read; the path as asked for and the path behind its links must both match. */
  readonly allowRead?: readonly RegExp[]
  /** The same for writing. */
  readonly allowWrite?: readonly RegExp[]
  /** Files and folders that no tool may touch wherever they lie: configuration, secrets, stores. */
  readonly hidden?: readonly string[]
}

export type Purpose = 'read' | 'write'

export interface FileAccess {
  /** The path behind all links, for a file that may not exist yet. A Problem when it is not for us. */
  resolve(path: string, purpose: Purpose): Promise<string>
  /** Throws a Problem unless the real path of something that was opened is for us. */
  verify(real: string, asked: string, purpose: Purpose): Promise<void>
  /** Where what lies at a real path came from, when from other people or from tools; see ToolOutput. */
  sourceOf(real: string): Promise<string | undefined>
  /** What writing to a path means, by its words alone; a link cannot hide it, for `verify` refuses a link to what is trusted. */
  effectsOfWriting(path: string): readonly Effect[]
}

/** Who may touch what. Links are followed at each use, never remembered. */
export function fileAccess(options: FileAccessOptions): FileAccess {
  const { workspace, restrict = true, readOutside = false, hidden = [] } = options
  const allowed = (path: string, purpose: Purpose) =>
    (purpose === 'read'
      ? [...(options.allowRead ?? []), ...(options.allowWrite ?? [])]
      : (options.allowWrite ?? [])
    ).some((pattern) => path.search(pattern) >= 0)
  const free = (purpose: Purpose) => !restrict || (purpose === 'read' && readOutside)

  /** Throws for what is closed to every tool, wherever it may go. */
  async function checkClosed(root: string, real: string, asked: string): Promise<void> {
    for (const path of hidden) {
      const secret = await realpath(path).catch(() => resolve(path))
      // A hidden folder may hold the workspace, which is then the part of it that is not hidden.
      const inWorkspace = isInside(secret, root) && isInside(root, real)
      if (isInside(secret, real) && !inWorkspace) throw new Problem(`Access denied: ${asked} is not for tools.`)
    }
    if (ofProcess.test(real)) throw new Problem(`Access denied: ${asked} belongs to a running process.`)
  }

  async function verify(real: string, asked: string, purpose: Purpose): Promise<void> {
    const root = await realpath(workspace)
    await checkClosed(root, real, asked)
    if (purpose === 'write' && isTrusted(root, real) && !isTrusted(workspace, resolve(workspace, asked)))
      throw new Problem(`Access denied: ${asked} is another way to ${relative(root, real)}.`, {
        mend: 'Write to it under its own name.',
      })
    if (free(purpose) || isInside(root, real)) return
    if (allowed(resolve(workspace, asked), purpose) && allowed(real, purpose)) return
    throw outside(asked)
  }

  return {
    verify,
    async sourceOf(real) {
      const [first = ''] = relative(await realpath(workspace), real).split(sep)
      return foreignNames.includes(first) ? 'file' : undefined
    },
    effectsOfWriting: (path) => (isTrusted(workspace, resolve(workspace, path)) ? ['write', 'memory'] : ['write']),
    async resolve(path, purpose) {
      if (workspace === '') throw new Problem('Access denied: there is no workspace.')
      const mayLeave = free(purpose) || allowed(resolve(workspace, path), purpose)
      const [root, way] = mayLeave ? ['/', resolve(workspace, path)] : [workspace, path]
      const real = await resolveInside(root, way).catch((error: unknown) => {
        throw told(error, path)
      })
      await verify(real, path, purpose)
      return real
    },
  }
}

/** The environment, memory and open files of processes, our own among them: never for tools, wherever they may go. */
const ofProcess = /^\/proc\/(?:\d+|self|thread-self)(?:\/|$)/

/** Folders of a workspace in which files that people sent and long results of tools are laid. */
export const foreignNames: readonly string[] = ['inbox', '.artifacts']

/** What later turns read as their own: who the agent is, what it remembers, what it can. */
export const trustedNames = [
  'AGENT.md',
  'AGENTS.md',
  'SOUL.md',
  'USER.md',
  'IDENTITY.md',
  'HEARTBEAT.md',
  'memory',
  'skills',
] as const
const trusted: ReadonlySet<string> = new Set(trustedNames.map((name) => name.toLowerCase()))

function isTrusted(workspace: string, path: string): boolean {
  const [first = ''] = relative(workspace, path).split(sep)
  return trusted.has(first.toLowerCase())
}

function outside(asked: string): Problem {
  return new Problem(`Access denied: ${asked} lies outside the workspace.`, {
    mend: 'Use a path inside the workspace.',
  })
}
