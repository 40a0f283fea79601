import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'
import { Problem } from '../../core/problem.ts'
import type { SkillFile } from './ports.ts'
import { limits, safePath } from './slug.ts'

const inflate = promisify(inflateRaw)

/** A file as the directory of an archive tells it. */
interface Entry {
  readonly path: string
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  /** Where its own header begins. */
  readonly at: number
}

/**
 * The files of a ZIP archive that somebody else made. Anything unusual is refused as a whole: paths that lead out, links, two entries
 * of one name or one place, encryption, a size that is not what was said, more files or bytes than a skill has.
 */
export async function unzip(archive: Uint8Array): Promise<readonly SkillFile[]> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  const directory = directoryOf(bytes)
  const entries = entriesOf(bytes, directory)
  check(entries, directory.at)
  const files: SkillFile[] = []
  for (const entry of entries) files.push({ path: entry.path, bytes: await contentOf(bytes, entry) })
  return files
}

interface Directory {
  readonly at: number
  readonly size: number
  readonly count: number
}

/** The record at the end of the archive. */
function directoryOf(bytes: Buffer): Directory {
  const least = Math.max(0, bytes.length - 22 - 0xffff)
  for (let at = bytes.length - 22; at >= least; at -= 1) {
    if (bytes.readUInt32LE(at) !== 0x06054b50 || at + 22 + bytes.readUInt16LE(at + 20) !== bytes.length) continue
    const [disk, onDisk, count] = [bytes.readUInt16LE(at + 4), bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)]
    const [size, start] = [bytes.readUInt32LE(at + 12), bytes.readUInt32LE(at + 16)]
    if (disk !== 0 || onDisk !== count || start + size !== at) throw broken('its directory is not where it should be')
    return { at: start, size, count }
  }
  throw broken('it has no directory')
}

function entriesOf(bytes: Buffer, { at: start, size, count }: Directory): readonly Entry[] {
  if (count > limits.files * 2) throw broken(`it has more than ${limits.files} files`)
  const entries: Entry[] = []
  let at = start
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > start + size || bytes.readUInt32LE(at) !== 0x02014b50) throw broken('its directory is broken')
    const lengths = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset))
    const [nameLength = 0, extraLength = 0, commentLength = 0] = lengths
    const name = nameIn(bytes.subarray(at + 46, at + 46 + nameLength))
    const entry = entryAt(bytes, at, name)
    at += 46 + nameLength + extraLength + commentLength
    if (at > start + size) throw broken('its directory is broken')
    if (entry) entries.push(entry)
  }
  if (at !== start + size) throw broken('its directory is broken')
  return entries
}

/** One file; undefined for a folder. */
function entryAt(bytes: Buffer, at: number, name: string): Entry | undefined {
  const flags = bytes.readUInt16LE(at + 8)
  if ((flags & 0x2041) !== 0) throw broken(`${name} is encrypted`)
  const kind = (bytes.readUInt32LE(at + 38) >>> 16) & 0o170000
  const isFolder = name.endsWith('/')
  if (kind !== 0 && kind !== (isFolder ? 0o040000 : 0o100000)) throw broken(`${name} is a link or a device`)
  const entry = {
    path: safePath(isFolder ? name.slice(0, -1) : name),
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    at: bytes.readUInt32LE(at + 42),
  }
  if (!isFolder) return entry
  if (entry.size > 0) throw broken(`${name} is a folder with a content`)
  return undefined
}

function nameIn(bytes: Buffer): string {
  const name = bytes.toString('utf8')
  if (!Buffer.from(name).equals(bytes)) throw broken('a name in it is not UTF-8')
  return name
}

/** Before anything is unpacked. */
function check(entries: readonly Entry[], directoryAt: number): void {
  if (entries.length > limits.files) throw broken(`it has more than ${limits.files} files`)
  if (entries.reduce((sum, { size }) => sum + size, 0) > limits.bytes)
    throw broken(`it unpacks to more than ${limits.bytes / 1024 / 1024} MiB`)
  let end = 0
  // Two entries that share bytes are how a small archive becomes a huge one.
  for (const { at, packed, path } of entries.toSorted((left, right) => left.at - right.at)) {
    if (at < end) throw broken(`${path} lies in another file`)
    end = at + 30 + packed
  }
  if (end > directoryAt) throw broken('its files reach into its directory')
}

async function contentOf(bytes: Buffer, { path, method, crc, packed, size, at }: Entry): Promise<Uint8Array> {
  if (bytes.readUInt32LE(at) !== 0x04034b50) throw broken(`${path} has no header`)
  const nameLength = bytes.readUInt16LE(at + 26)
  const start = at + 30 + nameLength + bytes.readUInt16LE(at + 28)
  if (nameIn(bytes.subarray(at + 30, at + 30 + nameLength)) !== path) throw broken(`${path} has two names`)
  const data = bytes.subarray(start, start + packed)
  if (data.length !== packed) throw broken(`${path} is cut off`)
  const content = await unpack(data, method, size, path)
  if (content.length !== size || crc32(content) !== crc) throw broken(`${path} is not what it should be`)
  return content
}

async function unpack(data: Buffer, method: number, size: number, path: string): Promise<Buffer> {
  if (method === 0) return data
  if (method !== 8) throw broken(`${path} is packed in a way that is not known`)
  // The limit ends a bomb where its promise ends; at least one byte, for an empty file.
  return inflate(data, { maxOutputLength: Math.max(1, size) }).catch((cause: unknown) => {
    throw broken(`${path} cannot be unpacked to the size it says`, cause)
  })
}

const broken = (why: string, cause?: unknown) => new Problem(`The archive of the skill is refused: ${why}.`, { cause })
