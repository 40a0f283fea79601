import { Problem } from '../../core/problem.ts'

/** Whether a name may become a folder: one part of a path, not hidden, nothing that a shell or a system reads otherwise. */
export function isSafeSlug(slug: string): boolean {
  return (
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(slug) &&
    !slug.includes('..') &&
    !slug.endsWith('.') &&
    !devices.test(slug)
  )
}

/** Names that Windows keeps for devices. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

export function mustBeSafe(slug: string): string {
  if (isSafeSlug(slug)) return slug
  throw new Problem(`${JSON.stringify(slug)} cannot be the name of a skill.`, {
    mend: 'Use letters, digits, dots, dashes and underscores, without slashes.',
  })
}

/** The most that a skill may be; it is text and a few scripts. */
export const limits = { files: 500, bytes: 50 * 1024 * 1024, path: 240, depth: 10 } as const

/** The path of a file inside a skill, as it will be written. A Problem when it would lead elsewhere or could not be written everywhere. */
export function safePath(path: string): string {
  const parts = path.split('/')
  const sound = parts.every(
    (part) => part !== '' && part !== '.' && part !== '..' && !/[\p{Cc}\\:*?"<>|]|[ .]$/u.test(part),
  )
  if (sound && path.length <= limits.path && parts.length <= limits.depth) return path
  throw new Problem(`The skill has a file with a path that is not taken: ${JSON.stringify(path.slice(0, 100))}.`)
}
