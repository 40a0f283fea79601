import { isUtf8 } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'
import { Problem } from '../../core/problem.ts'
import type { OpenedFile } from './opened.ts'

/** Bytes that are looked at to tell whether a file is text. */
const sample = 8192

/** Throws a Problem that names the size of a file which is not text. */
export async function mustBeText({ handle, name, size }: OpenedFile): Promise<void> {
  const start = await bytesAt(handle, 0, sample)
  if (!start.includes(0) && (isUtf8(start.subarray(0, wholeCharacters(start))) || isLatin(start))) return
  throw new Problem(`${name} is a binary file of ${size} bytes, so its content is not shown.`)
}

/** An old text in a one-byte code page: hardly any control characters. */
function isLatin(bytes: Uint8Array): boolean {
  const controls = bytes.filter((byte) => (byte < 32 && ![9, 10, 12, 13, 27].includes(byte)) || byte === 127).length
  return controls * 100 < bytes.length && bytes.filter((byte) => byte >= 128).length * 3 < bytes.length
}

/** Up to `length` bytes from `offset`; fewer only at the end of the file. */
export async function bytesAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

/** How many bytes can be decoded without cutting the last character in two. */
export function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return bytes.length
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? bytes.length - back : bytes.length
  }
  return bytes.length
}
