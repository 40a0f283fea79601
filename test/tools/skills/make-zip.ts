import { crc32, deflateRawSync } from 'node:zlib'

/** A file of an archive, and how the archive lies about it. */
export interface Zipped {
  readonly name: string
  readonly content?: string | Uint8Array
  readonly stored?: boolean
  /** Unix mode with its kind. */
  readonly mode?: number
  readonly flags?: number
  readonly method?: number
  /** The size that is told. */
  readonly size?: number
  readonly crc?: number
  /** The name in the file's own header. */
  readonly otherName?: string
  /** Share the bytes of the file before. */
  readonly overlaps?: boolean
}

export function makeZip(files: readonly Zipped[], comment = ''): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  let last = 0
  for (const file of files) {
    const content = Buffer.from(file.content ?? '')
    const packed = file.stored ? content : deflateRawSync(content)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(file.flags ?? 0, 2)
    common.writeUInt16LE(file.method ?? (file.stored ? 0 : 8), 4)
    common.writeUInt32LE(file.crc ?? crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(file.size ?? content.length, 18)
    const name = Buffer.from(file.name)
    const inner = Buffer.from(file.otherName ?? file.name)
    const start = file.overlaps ? last : at
    if (!file.overlaps) {
      const header = Buffer.from(common)
      header.writeUInt16LE(inner.length, 22)
      const local = [Buffer.from('PK\x03\x04'), header, inner, packed]
      parts.push(...local)
      at += local.reduce((sum, { length }) => sum + length, 0)
    }
    last = start
    common.writeUInt16LE(name.length, 22)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(((file.mode ?? 0) << 16) >>> 0, 6)
    rest.writeUInt32LE(start, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, rest, name)
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(files.length, 4)
  end.writeUInt16LE(files.length, 6)
  end.writeUInt32LE(listed.length, 8)
  end.writeUInt32LE(at, 12)
  end.writeUInt16LE(Buffer.byteLength(comment), 16)
  return Buffer.concat([...parts, listed, Buffer.from('PK\x05\x06'), end, Buffer.from(comment)])
}
